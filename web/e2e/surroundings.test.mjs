// The hosted page in surroundings that the merchant or the operator has set: policies, branding, a captcha.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { PNG } from "pngjs";
import {
  at, call, createSession, launch, newContext, nextMail, organization, press, publish, stage, startDev, stile, test,
} from "./harness.mjs";
import { look } from "./look.mjs";
import { listen, startProxy, startShop } from "./shop.mjs";

let dev, browser;
/** stops are the functions that end the servers of these tests. */
const stops = [];
before(async () => ({ dev, browser } = await stage()));
after(() => Promise.all(stops.map((stop) => stop())));

/** serving notes a server, which is then ended after the tests. */
function serving(server) {
  stops.push(server.stop);
  return server;
}

describe("a camera that the page may not use", { concurrency: 2 }, () => {
  let own, workflow;
  before(async () => {
    own = await organization(dev, "Camera Shop");
    const judge = serving(await listen((_, answer) => answer.end("{}")));
    await call(own, "POST", "/v1/provider_connectors", {
      method: "document_capture", url: judge.origin, mode: "sync", name: "Never asked",
    });
    workflow = await publish(own, { methods: ["document_capture"] });
  });

  /** starts goes to the camera of a page or a frame, and waits for the reason why it does not start. */
  async function starts(frame, reason) {
    await press(frame, "Continue");
    await press(frame, "Start the camera");
    await frame.getByRole("alert").filter({ hasText: reason }).waitFor();
  }

  async function visit(chromium, origin, options) {
    const { url } = await createSession(own, { workflow_id: workflow });
    const page = await (await newContext(chromium, options)).newPage();
    await page.goto(url.replace(new URL(url).origin, origin));
    return page;
  }

  test("is blocked by a header, and leads to a phone", async () => {
    const proxy = serving(await startProxy(dev, { "Permissions-Policy": "camera=()" }));
    const page = await visit(browser, proxy.origin, { permissions: ["camera"] });
    await starts(page, "This page may not use the camera.");
    await press(page, "Continue on your phone");
    await at(page, "handoff");
  });

  test("is blocked in a frame by the policy of the merchant's page, and leads to a phone", async () => {
    const shop = serving(await startShop(own, dev.api, { headers: { "Permissions-Policy": "camera=()" } }));
    shop.workflow = workflow;
    const page = await (await newContext(browser, { permissions: ["camera"] })).newPage();
    await page.goto(shop.origin + shop.page('<stile-widget session-url="/start"></stile-widget>'));
    await press(page, "Verify");
    const frame = page.frameLocator("iframe");
    await starts(frame, "This page may not use the camera.");
    await press(frame, "Continue on your phone");
    await frame.locator('[data-screen="handoff"]').waitFor();
  });

  test("is another matter than one that the user denies", async () => {
    const denying = await launch(["--use-fake-ui-for-media-stream=deny"]);
    await starts(await visit(denying, dev.api), "The camera is not allowed.");
  });
});

/** bottle draws a logo. */
function bottle() {
  const logo = new PNG({ width: 96, height: 96 });
  for (let at = 0; at < 96 * 96; at++) {
    const [x, y] = [at % 96, Math.floor(at / 96)];
    const inside = Math.hypot(x - 48, y - 48) < 47;
    const glass = Math.abs(x - 48) < (y < 40 ? 6 : Math.min(14, y - 30)) && y > 16 && y < 80;
    logo.data.set(glass ? [255, 255, 255, 255] : [122, 22, 52, inside ? 255 : 0], at * 4);
  }
  return logo;
}

describe("the branding of an organization", () => {
  let folder;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "stile-brand-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  test("shows its name, its logo and its colour, with text of enough contrast", async () => {
    const own = await organization(dev, "Vinothek GmbH");
    const logo = bottle();
    await writeFile(join(folder, "logo.png"), PNG.sync.write(logo));
    const brand = ["--name", "Vinothek", "--color", "#FFD400", "--logo-file", join(folder, "logo.png")];
    await stile(dev, "org", "branding", "--org", own.sandbox.org, ...brand);
    const session = await createSession(own, { workflow_id: await publish(own, { methods: ["self_attestation"] }) });
    const page = await (await newContext(browser)).newPage();
    await page.goto(session.url);
    await look(page, "intro", "intro-branded");
    assert.equal(await page.title(), "Verification for Vinothek");
    assert.equal(await page.locator("header.merchant").innerText(), "Vinothek");
    await shows(page, logo);
    const colours = await page.getByRole("button", { name: "Continue" }).evaluate((button) => {
      const { backgroundColor, color } = getComputedStyle(button);
      return [backgroundColor, color];
    });
    assert.deepEqual(colours, ["rgb(255, 212, 0)", "rgb(0, 0, 0)"]);

    const guardian = await (await newContext(browser)).newPage();
    await guardian.goto(await guardianOf(own, "branded@person.example"));
    await look(guardian, "guardian-asked", "guardian-asked-branded", false);
    assert.equal(await guardian.locator("header.merchant").innerText(), "Vinothek");
    await shows(guardian, logo);
  });

  /** shows checks that a page shows the logo, from its own origin. */
  async function shows(page, logo) {
    const image = page.locator("header.merchant img");
    const size = await image.evaluate((one) => one.decode().then(() => [one.naturalWidth, one.naturalHeight]));
    assert.deepEqual(size, [logo.width, logo.height]);
    assert.equal(new URL(await image.getAttribute("src")).origin, dev.api);
  }

  /** guardianOf has a child of the organization ask a guardian, and returns the link to the guardian's page. */
  async function guardianOf(own, email) {
    const workflow_id = await publish(own, { methods: ["parental_consent"] });
    const { id, client_secret } = await createSession(own, { workflow_id });
    const session = `/v1/verify/session/${id}`;
    await call(own, "POST", `${session}/open`, {}, client_secret);
    await call(own, "POST", `${session}/methods/parental_consent/begin`, { guardians: [email] }, client_secret);
    return (await nextMail(dev, email, /http\S+\/guardian#\S+\.decide\.\S+/))[0];
  }
});

describe("a captcha in a live organization", { concurrency: 3 }, () => {
  const secret = "secret of the site";
  const shopOrigin = "https://shop.example";
  let own, shop, chromium;
  /** asked are the forms that the verifier was sent. */
  const asked = [];

  before(async () => {
    const verifier = serving(await listen(async (request, answer) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const form = Object.fromEntries(new URLSearchParams(body));
      asked.push(form);
      const success = form.secret === secret && form.response === "token-of-a-person";
      answer.setHeader("Content-Type", "application/json");
      answer.end(JSON.stringify(success
        ? { success, hostname: "shop.example", "error-codes": [] }
        : { success, "error-codes": ["invalid-input-response"] }));
    }));
    own = await startDev({ STILE_TURNSTILE_URL: `${verifier.origin}/siteverify`, STILE_TURNSTILE_SECRET: secret });
    const hooks = { url: `${shopOrigin}/hooks`, enabled_events: ["verification_session.verified"] };
    await call(own, "POST", "/v1/webhook_endpoints", hooks, own.live.secret_key); // without one there are no sessions
    await stile(own, "org", "embed-origins", "--org", own.live.org, "--add", shopOrigin);
    shop = serving(await startShop(own, own.api));
    // A page of shop.example, which the test serves, may call the loopback address without asking the user.
    chromium = await launch(["--disable-features=LocalNetworkAccessChecks"]);
  });

  async function open(attributes) {
    const page = await (await newContext(chromium)).newPage();
    await page.route(`${shopOrigin}/**`, async (route) => {
      const url = route.request().url().replace(shopOrigin, shop.origin);
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    const { publishable_key, workflow } = own.live;
    await page.goto(shopOrigin + shop.page(
      `<stile-widget publishable-key="${publishable_key}" workflow-id="${workflow}" ${attributes}></stile-widget>`,
    ));
    await press(page, "Verify");
    return page;
  }

  async function refusal(attributes) {
    const page = await open(attributes);
    await page.waitForFunction(() => seen.length > 0);
    await page.getByText("The verification could not start. Try again.").waitFor();
    const [{ name, detail }] = await page.evaluate(() => seen);
    return [name, detail.reason, detail.code];
  }

  test("lets a page with a token create a session, and shows it", async () => {
    const page = await open('captcha-token="token-of-a-person"');
    await page.frameLocator("iframe").locator('[data-screen="intro"]').waitFor();
    const [, id] = /\/verify\/(vks_\w+)/.exec(await page.locator("iframe").getAttribute("src"));
    const session = await call(own, "GET", `/v1/verification_sessions/${id}`, undefined, own.live.secret_key);
    assert.equal(session.status, "pending");
    const form = asked.find((one) => one.response === "token-of-a-person");
    assert.equal(form.secret, secret);
  });

  test("refuses a page without a token", async () => {
    assert.deepEqual(await refusal(""), ["error", "session", "captcha_required"]);
  });

  test("refuses a page with an invented token", async () => {
    assert.deepEqual(await refusal('captcha-token="invented"'), ["error", "session", "captcha_invalid"]);
    assert.ok(asked.some((one) => one.response === "invented"));
  });

  test("takes another token at the next click", async () => {
    const page = await open('captcha-token="too-old"');
    await page.getByText("The verification could not start. Try again.").waitFor();
    await page.locator("stile-widget").evaluate((one) => one.setAttribute("captcha-token", "token-of-a-person"));
    await press(page, "Verify");
    await page.frameLocator("iframe").locator('[data-screen="intro"]').waitFor();
  });
});
