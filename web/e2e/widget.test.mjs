import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe } from "node:test";
import { blocksOf, createSession, newContext, press, publish, retrieve, stage, test } from "./harness.mjs";
import { audit } from "./look.mjs";
import { startProxy, startShop, told } from "./shop.mjs";

let dev, browser, stile, shop, workflow;
before(async () => {
  ({ dev, browser } = await stage());
  stile = await startProxy(dev);
  shop = await startShop(dev, stile.origin);
  shop.workflow = workflow = await publish(dev, { methods: ["self_attestation"] });
});
after(async () => {
  await shop?.stop();
  await stile?.stop();
});

/** ofShop returns the attributes of the mode in which the shop's backend creates the session. */
const ofShop = () => `session-url="/start" workflow-id="${workflow}"`;

/** open opens a page of the shop, with this in its body. */
async function open(body, { options, script, origin = shop.origin, init } = {}) {
  const context = await newContext(browser, options);
  const page = await context.newPage();
  if (init) await init(page);
  await page.goto(origin + shop.page(body, script));
  return page;
}

/** inside returns the page in the frame, once it shows a screen. */
async function inside(page, screen) {
  const frame = page.frameLocator("iframe");
  await frame.locator(`[data-screen="${screen}"]`).waitFor();
  return frame;
}

/** finish goes through the verification in the frame, with a simulated result. */
async function finish(page, result = "Pass") {
  await press(await inside(page, "intro"), "Continue");
  await press(await inside(page, "method-self_attestation"), result);
}

/** leave leaves a verified session that has an address: the user may share it, so the frame stays until then. */
async function leave(page) {
  await press(await inside(page, "verified"), "Return to Sandbox Shop");
  await page.locator("iframe").waitFor({ state: "detached" });
}

/** shaken submits the form too early, and returns the number of animations that this starts. */
const shaken = (page) => page.evaluate(() => {
  const widget = document.querySelector("stile-widget");
  for (const running of widget.getAnimations()) running.cancel();
  document.querySelector("form").requestSubmit();
  return widget.getAnimations().length;
});

/** addIssuer adds a page that says in a frame that the user is verified, with a token, as soon as it has a port. */
function addIssuer(path) {
  shop.files.set("/issuer.js", `
    addEventListener("message", ({ ports: [port] }) =>
      port?.postMessage({ type: "ended", status: "verified", vp_token: "the-token" }));
    parent.postMessage({ stile: 1, type: "ready" }, new URLSearchParams(location.search).get("embed"));`);
  shop.page("", "/issuer.js", path);
}

/** echo answers a call from a frame, so that the frame knows that all it said before was heard. */
const echo = `if (window === top) addEventListener("message", ({ data, source, origin }) => {
  (window.calls ??= []).push(data.type + " from " + origin);
  if (data.type === "call") source.postMessage({ type: "echo" }, "*");
})`;

const frameOf = (page, address) => page.frames().find((one) => one.url().startsWith(address));

const names = (page) => page.evaluate(() => seen.map((one) => one.name));

describe("<stile-widget>", { concurrency: 4 }, () => {
  test("verifies with a session of the merchant's backend, under a strict policy", async () => {
    const page = await open(`<stile-widget ${ofShop()} email="a@shop.example" jurisdiction="US-CA"></stile-widget>`);
    await press(page, "Verify");
    await finish(page);
    const { sessionId } = await told(page, "verified");
    assert.equal((await retrieve(dev, sessionId)).status, "verified");
    assert.ok(shop.started(workflow).some((one) => one.email === "a@shop.example" && one.jurisdiction === "US-CA"));
    await page.getByRole("button", { name: "Verified" }).waitFor();
    await leave(page);
    assert.deepEqual(await names(page), ["verified"]);
    assert.deepEqual(await page.evaluate(() => forbidden), []);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ["stile:vp_token"]);
  });

  test("verifies with a session that exists", async () => {
    const { id, client_secret } = await createSession(dev, { workflow_id: workflow });
    shop.secrets.push(client_secret);
    const page = await open(`<stile-widget session-id="${id}" client-secret="${client_secret}"></stile-widget>`);
    await press(page, "Verify");
    await finish(page);
    const { sessionId, vpToken } = await told(page, "verified");
    assert.equal(sessionId, id);
    assert.equal(await page.evaluate(() => localStorage.getItem("stile:vp_token")), vpToken);
  });

  test("verifies with a publishable key, on the page that created the session alone", async () => {
    const page = await open(
      `<stile-widget publishable-key="${dev.sandbox.publishable_key}" workflow-id="${workflow}"></stile-widget>`,
    );
    const framed = page.waitForResponse((response) => response.url().includes("/verify/vks_"));
    await press(page, "Verify");
    await finish(page);
    const { sessionId } = await told(page, "verified");
    assert.equal((await retrieve(dev, sessionId)).status, "verified");
    const policy = (await framed).headers()["content-security-policy"];
    assert.ok(policy.endsWith(`frame-ancestors ${shop.origin}`), policy);
  });

  test("tells that it is starting, also to browsers of four years ago", async () => {
    let release;
    const released = new Promise((resolve) => (release = resolve));
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`, {
      init: async (page) => {
        await page.addInitScript("delete Element.prototype.ariaBusy");
        await page.route("**/start", async (route) => {
          await released;
          await route.continue();
        });
      },
    });
    await press(page, "Verify");
    await page.locator('stile-widget button[aria-busy="true"]').waitFor();
    release();
    await inside(page, "intro");
    await page.locator('stile-widget button[aria-busy="false"]').waitFor({ state: "attached" });
  });

  test("tells what is missing", async () => {
    const page = await open(`<stile-widget workflow-id="${workflow}"></stile-widget>`);
    await press(page, "Verify");
    assert.equal((await told(page, "error")).reason, "configuration");
    await page.getByText("The verification could not start. Try again.").waitFor();
  });

  test("tells why the API refused a session", async () => {
    const unknown = "wf_aaaaaaaaaaaaaaaaaaaaaaaa";
    const page = await open(
      `<stile-widget publishable-key="${dev.sandbox.publishable_key}" workflow-id="${unknown}"></stile-widget>`,
    );
    await press(page, "Verify");
    const { reason, code, message } = await told(page, "error");
    assert.equal(reason, "session");
    assert.equal(code, "parameter_invalid");
    assert.match(message, /workflow/i);
  });

  test("tells that the frame cannot go on with the session", async () => {
    const { id } = await createSession(dev, { workflow_id: workflow });
    const page = await open(`<stile-widget session-id="${id}" client-secret="wrong"></stile-widget>`);
    await press(page, "Verify");
    await inside(page, "problem-link");
    const { reason, code } = await told(page, "error");
    assert.deepEqual([reason, code], ["session", "link"]);
    await press(page, "Close");
    assert.deepEqual(await names(page), ["error"]);
  });

  test("tells why the user was not verified", async () => {
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`);
    await press(page, "Verify");
    await press(await inside(page, "intro"), "Continue");
    for (let screen = "method-self_attestation"; ; ) {
      const frame = await inside(page, screen);
      await press(frame, "Fail");
      await frame.locator('[data-screen="setback"], [data-screen="failed"]').waitFor();
      if (await frame.locator('[data-screen="failed"]').count()) break;
      await press(frame, "Try again");
    }
    const { reason, code, message } = await told(page, "error");
    assert.equal(reason, "failed");
    assert.ok(code && message);
    await press(page, "Close");
    await press(page, "Verify");
    await inside(page, "intro"); // of a new session
    assert.deepEqual(await names(page), ["error"]);
  });

  test("closes by Escape, button and backdrop, and gives the focus back", async () => {
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`);
    const closings = [
      () => page.keyboard.press("Escape"), // the focus is in the frame
      () => press(page, "Close"),
      () => page.mouse.click(2, 2),
    ];
    for (const close of closings) {
      await press(page, "Verify");
      const frame = await inside(page, "intro");
      await frame.locator("h1:focus").waitFor();
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).overflow), "hidden");
      await close();
      await page.locator("iframe").waitFor({ state: "detached" });
      await page.waitForFunction(() => document.activeElement.localName === "stile-widget");
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).overflow), "visible");
    }
    assert.deepEqual(await names(page), ["cancel", "cancel", "cancel"]);
    assert.equal(await page.locator("dialog").count(), 0);
  });

  test("is cancelled in the frame, and then starts with another session", async () => {
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`);
    await press(page, "Verify");
    await press(await inside(page, "intro"), "Cancel verification");
    await told(page, "cancel");
    await page.locator("iframe").waitFor({ state: "detached" });
    await press(page, "Verify");
    await inside(page, "intro");
  });

  test("holds a form back until the user is verified", async () => {
    const page = await open(`<form action="/order" method="post">
      <stile-widget required ${ofShop()} form-field-name="proof"></stile-widget><button>Buy</button></form>`);
    await page.evaluate(() => {
      window.handled = 0;
      document.querySelector("form").addEventListener("submit", () => window.handled++);
    });
    await press(page, "Buy");
    await page.getByText("Verify before you continue.").waitFor();
    assert.equal(await page.getByRole("status").textContent(), "Verify before you continue.");
    assert.equal(await page.evaluate(() => document.activeElement.localName), "stile-widget");
    assert.equal(await shaken(page), 1);
    assert.equal(await page.evaluate(() => handled), 0, "the merchant's own handler ran");
    await press(page, "Verify");
    await finish(page);
    const { sessionId } = await told(page, "verified");
    await page.locator("iframe").waitFor({ state: "detached" });
    await press(page, "Buy");
    await page.waitForURL("**/order");
    const order = shop.asked.find((one) => one.path === "/order" && one.body.includes(sessionId));
    assert.equal(order.body, `proof=${sessionId}&stile_verified=true`);
  });

  test("does not shake for users who want no motion", async () => {
    const page = await open(
      `<form action="/order"><stile-widget required ${ofShop()}></stile-widget><button>Buy</button></form>`,
      { options: { reducedMotion: "reduce" } },
    );
    await press(page, "Buy");
    await page.getByText("Verify before you continue.").waitFor();
    assert.equal(await shaken(page), 0);
  });

  test("leads to the page for the verified, with the session's id", async () => {
    const page = await open(`<stile-widget ${ofShop()} success-url="/done?order=7#x"></stile-widget>`);
    await press(page, "Verify");
    await finish(page);
    await page.waitForURL(/\/done\?order=7&session_id=vks_[a-z2-7]{24}#x$/);
  });

  test("leads to the page for those who cancelled", async () => {
    const page = await open(`<stile-widget ${ofShop()} cancel-url="/gone"></stile-widget>`);
    await press(page, "Verify");
    await inside(page, "intro");
    await press(page, "Close");
    await page.waitForURL("**/gone");
  });

  test("leads nowhere by a script", async () => {
    const page = await open(`<stile-widget ${ofShop()} cancel-url="javascript:seen.push({name:1})"></stile-widget>`);
    await press(page, "Verify");
    await inside(page, "intro");
    await press(page, "Close");
    await told(page, "cancel");
    assert.deepEqual(await names(page), ["cancel"]);
  });

  test("waits for the merchant's server, and leads on after its confirmation", async () => {
    const confirmations = []; // the page moves on right after the event, and takes `seen` with it
    const page = await open(
      `<stile-widget ${ofShop()} confirmation-url="/confirm?x=1" success-url="/done"></stile-widget>`,
      { init: (page) => page.exposeFunction("confirm", (detail) => confirmations.push(detail)) },
    );
    await press(page, "Verify");
    await finish(page);
    const { sessionId } = await told(page, "verified");
    await page.waitForResponse((response) => response.url().endsWith(`/confirm?x=1&session_id=${sessionId}`));
    await page.locator("iframe").waitFor({ state: "detached" });
    assert.deepEqual(await names(page), ["verified"]);
    await page.evaluate(() => addEventListener("stile:server-confirmed", ({ detail }) => confirm(detail)));
    shop.confirmed.add(sessionId);
    await page.waitForURL(`**/done?session_id=${sessionId}`);
    assert.deepEqual(confirmations, [null]);
  });

  test("says when the merchant's server never confirms", async () => {
    const widget = `<stile-widget ${ofShop()} confirmation-url="/confirm" success-url="/done"></stile-widget>`;
    const page = await open(widget, {
      init: (page) => page.clock.install(),
    });
    await press(page, "Verify");
    await finish(page);
    const { sessionId } = await told(page, "verified");
    await page.waitForResponse((response) => response.url().endsWith(sessionId));
    await page.clock.fastForward(10 * 60_000);
    assert.equal((await told(page, "error")).reason, "unconfirmed");
    assert.ok(!page.url().includes("/done"));
  });

  test("prefetches the session once, and throws it away if the user has changed", async () => {
    const own = await publish(dev, { methods: ["self_attestation"] });
    const page = await open(
      `<stile-widget session-url="/start" workflow-id="${own}" email="a@shop.example"></stile-widget>`,
    );
    const prefetched = () => shop.started(own).map((one) => one.email);
    await press(page, "Verify");
    await inside(page, "intro");
    assert.deepEqual(prefetched(), ["a@shop.example"]);
    await press(page, "Close");
    await press(page, "Verify");
    await inside(page, "intro");
    assert.deepEqual(prefetched(), ["a@shop.example"], "a second opening goes on with the session");
    await press(page, "Close");
    await page.locator("stile-widget").evaluate((element) => element.setAttribute("email", "b@shop.example"));
    await press(page, "Verify");
    await inside(page, "intro");
    assert.deepEqual(prefetched(), ["a@shop.example", "b@shop.example"]);
  });

  test("forgets a verification when the user changes", async () => {
    const page = await open(`<form><stile-widget required ${ofShop()} email="a@shop.example"></stile-widget></form>`);
    await press(page, "Verify");
    await finish(page);
    await leave(page);
    assert.equal(await page.locator("input[name=stile_verified]").count(), 1);
    await page.locator("stile-widget").evaluate((element) => element.setAttribute("email", "b@shop.example"));
    assert.equal(await page.locator("input[name=stile_verified]").count(), 0);
    await page.getByRole("button", { name: "Verify", exact: true }).waitFor();
  });

  test("shows its labels, its language, and that it is disabled", async () => {
    const page = await open(
      `<stile-widget ${ofShop()} label="Prove it" verified-label="Proved" locale="en"></stile-widget>`,
    );
    const widget = page.locator("stile-widget");
    await widget.evaluate((element) => element.setAttribute("disabled", ""));
    assert.ok(await page.getByRole("button", { name: "Prove it" }).isDisabled());
    await widget.evaluate((element) => element.open());
    assert.equal(await page.locator("dialog").count(), 0);
    await widget.evaluate((element) => element.setAttribute("disabled", "false"));
    await press(page, "Prove it");
    assert.equal(new URL(await page.locator("iframe").getAttribute("src")).searchParams.get("locale"), "en");
    await finish(page);
    await page.getByRole("button", { name: "Proved" }).waitFor();
    await widget.evaluate((element) => {
      element.removeAttribute("verified-label");
      element.setAttribute("locale", "de-AT");
    });
    await page.getByRole("button", { name: "Nachgewiesen" }).waitFor();
  });

  test("shows the verification in the page, in the mode inline", async () => {
    const page = await open(`<stile-widget mode="inline" ${ofShop()}></stile-widget>`);
    await inside(page, "intro");
    assert.equal(await page.evaluate(() => document.activeElement.localName), "body", "it took the focus");
    const heading = () => page.frames()[1].evaluate(() => document.activeElement.localName);
    assert.equal(await heading(), "body");
    await page.evaluate(() => document.querySelector("stile-widget").shadowRoot.querySelector("iframe").focus());
    await page.frames()[1].waitForFunction(() => document.activeElement.localName === "h1");
    assert.equal(await page.locator("dialog").count(), 0);
    await finish(page);
    await told(page, "verified");
    await page.getByRole("button", { name: "Verified" }).waitFor();
    assert.deepEqual(await names(page), ["verified"]);
  });

  test("is as high as its content in the mode inline, and as high as the merchant wants", async () => {
    const page = await open(`<stile-widget mode="inline" ${ofShop()}></stile-widget>`);
    const height = (one) => one.evaluate((element) => element.offsetHeight);
    const fits = async (screen) => {
      await inside(page, screen);
      const iframe = page.locator("iframe");
      const within = page.frameLocator("iframe");
      await page.waitForFunction((content) => {
        const { offsetHeight } = document.querySelector("stile-widget").shadowRoot.querySelector("iframe");
        return offsetHeight >= content && offsetHeight < content + 100;
      }, await height(within.locator("main")) + await height(within.locator("footer")));
      const scrolls = () => document.documentElement.scrollHeight > innerHeight;
      assert.equal(await frameOf(page, stile.origin).evaluate(scrolls), false);
      return height(iframe);
    };
    const first = await fits("intro");
    await press(page.frameLocator("iframe"), "Continue");
    assert.notEqual(await fits("method-self_attestation"), first);
    await page.locator("stile-widget").evaluate((element) => element.style.setProperty("--stile-height", "300px"));
    assert.equal(await height(page.locator("iframe")), 300);
  });

  test("is accessible: the button, the dialog with the frame, the message, and in place", async () => {
    const page = await open(`<form><stile-widget required ${ofShop()}></stile-widget><button>Buy</button></form>`);
    await audit(page, "button");
    await press(page, "Buy");
    await page.getByText("Verify before you continue.").waitFor();
    await audit(page, "message");
    await press(page, "Verify");
    await inside(page, "intro");
    await audit(page, "dialog");
    await finish(page);
    await page.locator("iframe").waitFor({ state: "detached" });
    await audit(page, "verified");
    const inline = await open(`<stile-widget mode="inline" ${ofShop()}></stile-widget>`);
    await inside(inline, "intro");
    await audit(inline, "inline");
  });

  test("ends with its element, and survives a move of it", async () => {
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`);
    await press(page, "Verify");
    await inside(page, "intro");
    const widget = page.locator("stile-widget");
    await widget.evaluate((element) => document.body.prepend(element));
    await inside(page, "intro");
    await widget.evaluate((element) => element.remove());
    await page.locator("iframe").waitFor({ state: "detached" });
    assert.deepEqual(await names(page), []);
  });

  test("says that the page in the frame does not load, and takes it if it comes late", async () => {
    let release;
    const released = new Promise((resolve) => (release = resolve));
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`, {
      init: async (page) => {
        await page.clock.install();
        await page.route(/\/assets\/.*page\.js/, async (route) => {
          await released;
          await route.continue();
        });
      },
    });
    await press(page, "Verify");
    await page.getByText("Loading the verification").waitFor();
    await page.clock.fastForward(15_000);
    assert.equal((await told(page, "error")).reason, "frame");
    await page.getByRole("alert").waitFor();
    release();
    await finish(page);
    await told(page, "verified");
  });

  test("keeps the token that the page of verify-url issues, for its own origin", async () => {
    addIssuer("/issuer/vks_a");
    const page = await open('<stile-widget session-id="vks_a" client-secret="x" verify-url="/issuer/"></stile-widget>');
    await press(page, "Verify");
    assert.deepEqual(await told(page, "verified"), { sessionId: "vks_a", vpToken: "the-token" });
    assert.equal(await page.evaluate(() => localStorage.getItem("stile:vp_token")), "the-token");
  });

  test("recognises a returning user by the kept token, without a window", async () => {
    const page = await open(`<stile-widget ${ofShop()} email="ada@shop.example"></stile-widget>`);
    await press(page, "Verify");
    await finish(page);
    const first = await told(page, "verified");
    await page.goto(shop.origin + shop.page(`<stile-widget ${ofShop()} email="ada@shop.example"></stile-widget>`));
    const again = await told(page, "verified"); // nobody has pressed anything
    assert.notEqual(again.sessionId, first.sessionId);
    assert.equal((await retrieve(dev, again.sessionId)).verification_path, "vp_token");
    assert.equal(await page.locator("iframe, dialog").count(), 0);
    await page.getByRole("button", { name: "Verified" }).waitFor();
  });

  test("recognises a returning user in a session that exists", async () => {
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`);
    await press(page, "Verify");
    await finish(page);
    await told(page, "verified");
    const { id, client_secret } = await createSession(dev, { workflow_id: workflow });
    shop.secrets.push(client_secret);
    const widget = `<stile-widget session-id="${id}" client-secret="${client_secret}"></stile-widget>`;
    await page.goto(shop.origin + shop.page(widget));
    assert.equal((await told(page, "verified")).sessionId, id);
  });

  test("has another user of the same browser verified anew", async () => {
    const page = await open(`<stile-widget ${ofShop()} email="ada@shop.example"></stile-widget>`);
    await press(page, "Verify");
    await finish(page);
    const { vpToken } = await told(page, "verified");
    await page.goto(shop.origin + shop.page(`<stile-widget ${ofShop()} email="bob@shop.example"></stile-widget>`));
    await press(page, "Verify");
    await finish(page);
    const bobs = await told(page, "verified");
    assert.notEqual(bobs.vpToken, vpToken);
    assert.equal((await retrieve(dev, bobs.sessionId)).verification_path, "self_attestation");
    assert.equal(await page.evaluate(() => localStorage.getItem("stile:vp_token")), bobs.vpToken);
  });

  test("forgets a kept token that is not valid, and has the user verified", async () => {
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`, {
      init: (page) => page.addInitScript(() => localStorage.setItem("stile:vp_token", "forged")),
    });
    await press(page, "Verify");
    await inside(page, "intro");
    assert.equal(await page.evaluate(() => localStorage.getItem("stile:vp_token")), null);
  });

  test("may be loaded twice", async () => {
    const failures = [];
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`, {
      script: [`${stile.origin}/v1/stile.js`, `${stile.origin}/v1/stile.js?again`],
      init: (page) => page.on("pageerror", (error) => failures.push(error.message)),
    });
    await press(page, "Verify");
    await finish(page);
    await told(page, "verified");
    assert.deepEqual(await names(page), ["verified"]);
    assert.deepEqual(failures, []);
  });

  test("takes no message that is forged", async () => {
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`, { init: (page) => page.addInitScript(echo) });
    await press(page, "Verify");
    await inside(page, "intro");
    // The page's own window, and then the right frame with another version, or without the port.
    await page.evaluate(() => {
      for (const type of ["ready", "ended", "close"]) {
        postMessage({ stile: 1, type, status: "verified" }, "*", [new MessageChannel().port2]);
      }
    });
    const answers = await frameOf(page, stile.origin).evaluate((origin) => new Promise((resolve) => {
      const heard = [];
      addEventListener("message", ({ data }) => (data.type === "echo" ? resolve(heard) : heard.push(data)));
      parent.postMessage({ stile: 2, type: "ready" }, origin);
      parent.postMessage({ stile: 1, type: "ended", status: "verified" }, origin);
      parent.postMessage({ stile: 1, type: "close" }, origin);
      parent.postMessage({ type: "call" }, origin);
    }), shop.origin);
    assert.deepEqual(answers, []);
    assert.deepEqual(await names(page), []);
    await inside(page, "intro");
  });

  test("hears its own frame only, where two are from the right origin", async () => {
    const page = await open(["a", "b"].map((name) =>
      `<stile-widget id="${name}" mode="inline" ${ofShop()} email="${name}@shop.example"></stile-widget>`).join(""));
    for (const name of ["a", "b"]) {
      await page.frameLocator(`#${name} iframe`).locator('[data-screen="intro"]').waitFor();
    }
    for (const name of ["a", "b"]) {
      const frame = page.frameLocator(`#${name} iframe`);
      await press(frame, "Continue");
      await frame.locator('[data-screen="method-self_attestation"]').waitFor();
      await press(frame, "Pass");
      await page.locator(`#${name}[verified]`).waitFor();
    }
    const ids = await page.evaluate(() => seen.map((one) => one.detail.sessionId));
    assert.equal(new Set(ids).size, 2);
  });

  test("hears its frame no longer once another origin is in it", async () => {
    addIssuer("/elsewhere");
    const page = await open(`<stile-widget ${ofShop()}></stile-widget>`, { init: (page) => page.addInitScript(echo) });
    await press(page, "Verify");
    await inside(page, "intro");
    await page.locator("iframe").evaluate((iframe) => (iframe.src = `/elsewhere?embed=${location.origin}`));
    await page.waitForFunction(() => window.calls?.includes("ready from " + location.origin));
    const elsewhere = frameOf(page, `${shop.origin}/elsewhere`);
    for (let round = 0; round < 2; round++) {
      await elsewhere.evaluate((origin) => new Promise((resolve) => {
        addEventListener("message", ({ data }) => data.type === "echo" && resolve());
        parent.postMessage({ type: "call" }, origin);
      }), shop.origin);
    }
    assert.deepEqual(await names(page), []);
  });

  test("hears no other frame", async () => {
    const page = await open(`<iframe name="other" src="/other"></iframe><stile-widget ${ofShop()}></stile-widget>`, {
      init: (page) => page.route("**/other", (route) => route.fulfill({ body: "<title>Other</title>" })),
    });
    await press(page, "Verify");
    await page.frameLocator("iframe:not([name])").locator('[data-screen="intro"]').waitFor();
    const other = page.frame({ name: "other" });
    const verification = page.frames().findIndex((one) => one.url().startsWith(stile.origin));
    assert.notEqual(verification, -1);
    await page.evaluate(() => {
      window.heard = 0;
      addEventListener("message", () => window.heard++);
    });
    await other.evaluate((origin) => {
      for (const type of ["ready", "ended", "close"]) {
        parent.postMessage({ stile: 1, type, status: "verified" }, origin);
      }
      // The frame of the verification is its sibling; it takes ports from its parent only.
      for (let i = 0; i < parent.length; i++) {
        parent[i].postMessage({ stile: 1, type: "connect" }, "*", [new MessageChannel().port2]);
      }
    }, shop.origin);
    await page.waitForFunction(() => window.heard === 3);
    assert.deepEqual(await names(page), []);
    assert.equal(await page.locator("dialog[open]").count(), 1);
  });

  test("is not shown by a page that the organization has not allowed", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    shop.secrets.push(session.client_secret);
    const hostile = shop.origin.replace("127.0.0.1", "evil.localhost");
    let blocked;
    const page = await open(
      `<stile-widget session-id="${session.id}" client-secret="${session.client_secret}"></stile-widget>`,
      {
        origin: hostile,
        init: async (page) => {
          blocked = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
          await page.clock.install();
        },
      },
    );
    await press(page, "Verify");
    await blocked;
    await page.clock.fastForward(15_000);
    assert.equal((await told(page, "error")).reason, "frame");
    assert.equal(await page.frameLocator("iframe").locator("[data-screen]").count(), 0);
    assert.equal((await retrieve(dev, session.id)).status, "created");
  });
});

test("no secret of a session is in an address, a Referer or the log", () => {
  assert.ok(shop.secrets.length > 10);
  const lines = [...stile.lines, ...shop.asked.map((one) => one.line), dev.log].join("\n");
  assert.ok(stile.lines.some((line) => line.includes("/verify/vks_")));
  for (const secret of shop.secrets) assert.ok(!lines.includes(secret), "a secret was seen");
  assert.ok(!/client_secret/.test(lines));
});

describe("the elements of documents", { concurrency: true }, async () => {
  for (const name of ["README.md", "docs/widget.md"]) {
    for (const [n, block] of (await blocksOf(name, "html")).entries()) {
      test(`block ${n} of ${name} verifies`, async () => {
        const address = /http:..127.0.0.1:8080|https:..id.example/;
        const body = block.replace(address, stile.origin).replace("wf_…", workflow);
        const page = await open(body, body.includes("<script") ? { script: [] } : {});
        const order = page.locator("form > button");
        if (body.includes("<form")) {
          await order.click();
          await page.getByText("Verify before you continue.").waitFor();
        }
        await press(page, "Verify");
        await finish(page);
        const { sessionId } = await told(page, "verified");
        assert.equal((await retrieve(dev, sessionId)).status, "verified");
        if (body.includes("<form")) {
          await page.locator("iframe").waitFor({ state: "detached" });
          await order.click();
          await page.waitForURL("**/order");
          assert.ok(shop.asked.some((one) => one.body === `stile_session_id=${sessionId}&stile_verified=true`));
        }
        if (body.includes("success-url")) await page.waitForURL(`**/checkout/complete?session_id=${sessionId}`);
      });
    }
  }
});
