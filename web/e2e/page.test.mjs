// The hosted page in a real browser, against a real stile-dev.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import {
  at, call, createSession, focusedAt, newContext, press, publish, retrieve, stage, startDev, test,
} from "./harness.mjs";
import { look, readQR } from "./look.mjs";

let dev, browser;
const requested = [];

before(async () => ({ dev, browser } = await stage()));

/** visit opens an address in a browser of its own, or in that of another page. */
async function visit(url, { context, ...options } = {}) {
  context ??= await newContext(browser, options);
  const page = await context.newPage();
  page.on("request", (request) => requested.push({ url: request.url(), headers: request.headers() }));
  await page.goto(url);
  return page;
}

const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

async function begin(session, options) {
  const page = await visit(session.url, options);
  await at(page, "intro");
  await press(page, "Continue");
  return page;
}

function choose(page, name) {
  return page.getByRole("button", { name }).click();
}

async function fillIn(page, year = "1980") {
  await at(page, "method-self_attestation");
  await page.getByLabel("Day").fill("1");
  await page.getByLabel("Month").fill("2");
  await page.getByLabel("Year").fill(year);
  await page.getByRole("checkbox").check();
}

async function results(id) {
  return (await call(dev, "GET", `/v1/verification_sessions/${id}?expand[]=results`)).results;
}

/** methodsOf returns the names of the methods on offer. */
function methodsOf(page) {
  return page.locator(".method-name").allTextContents();
}

const attestation = { methods: ["self_attestation"] };

describe("the hosted page", { concurrency: 3 }, () => {
  test("shows that the session has expired while it is open", async () => {
    const page = await visit((await createSession(await startDev({ STILE_SESSION_TTL: "30s" }))).url);
    await at(page, "intro");
    await look(page, "expired");
  });

  test("verifies by a declared date of birth", async () => {
    const session = await createSession(dev);
    const page = await visit(session.url);
    await look(page, "intro");
    await press(page, "Continue");
    await look(page, "choice");
    assert.deepEqual(await methodsOf(page), ["Photo of a document", "Your date of birth"], "the strongest first");
    await choose(page, /Your date of birth/);
    await look(page, "method-self_attestation");
    await press(page, "Continue");
    await page.getByRole("alert").waitFor();
    await look(page, "method-self_attestation", "method-self_attestation-fault");
    await fillIn(page);
    await press(page, "Continue");
    await look(page, "verified");
    assert.equal((await retrieve(dev, session.id)).status, "verified");
  });

  test("is used with the keyboard alone", async () => {
    const page = await visit((await createSession(dev, { workflow_id: await publish(dev, attestation) })).url);
    await focusedAt(page, "intro");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await focusedAt(page, "method-self_attestation");
    for (const text of ["2", "1", "1980"]) {
      await page.keyboard.press("Tab");
      await page.keyboard.type(text);
    }
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    await at(page, "verified");
  });

  test("leads from a failed method to another one", async () => {
    const session = await createSession(dev);
    const page = await begin(session);
    await choose(page, /Photo of a document/);
    await look(page, "method-document_capture");
    await press(page, "Fail");
    await look(page, "setback");
    await press(page, "Use another method");
    await choose(page, /Your date of birth/);
    await fillIn(page);
    await press(page, "Continue");
    await at(page, "verified");
    assert.deepEqual((await results(session.id)).map((one) => one.status).sort(), ["failed", "passed"]);
  });

  test("shows that a submission is being judged, also after a reload", async () => {
    const workflow = await publish(dev, { methods: ["document_capture"] });
    const page = await begin(await createSession(dev, { workflow_id: workflow }));
    await at(page, "method-document_capture");
    await press(page, "Pass after a while");
    await at(page, "processing");
    await page.reload();
    await look(page, "processing");
    await at(page, "verified");
  });

  test("ends with the reason of the last failure", async () => {
    const workflow = await publish(dev, { ...attestation, preferences: { max_attempts: 1 } });
    const page = await begin(await createSession(dev, { workflow_id: workflow }));
    await fillIn(page, "2020");
    await press(page, "Continue");
    await look(page, "failed");
    await page.getByText("The required minimum age was not met.").waitFor();
  });

  test("tells of the device what the workflow's signals of risk read, and nothing else", async () => {
    const preferences = { signals: ["geolocation", "device_risk"] };
    const workflow_id = await publish(dev, { methods: ["self_attestation"], preferences });
    const context = await newContext(browser, { timezoneId: "Asia/Tokyo" });
    const sent = [];
    context.on("request", (request) => {
      if (request.url().endsWith("/open")) sent.push(request.postDataJSON());
    });
    const risks = [];
    for (const fields of [{ workflow_id }, { workflow_id }, {}]) {
      const session = await createSession(dev, fields);
      const page = await context.newPage();
      const opened = page.waitForResponse((response) => response.url().endsWith("/open"));
      await page.goto(session.url);
      await (await opened).finished();
      risks.push((await retrieve(dev, session.id)).risk);
    }
    assert.match(sent[0].device_id, /^[0-9a-f]{32}$/);
    assert.deepEqual(sent, [sent[0], { time_zone: "Asia/Tokyo", device_id: sent[0].device_id }, {}]);
    assert.deepEqual(risks.map((risk) => risk?.weights ?? null), [...Array(2).fill({ timezone_mismatch: 10 }), null]);
  });

  test("shows a session that arrives before the first frame is painted", async () => {
    const session = await createSession(dev);
    await call(dev, "POST", `/v1/verify/session/${session.id}/cancel`, {}, session.client_secret);
    const context = await newContext(browser);
    await context.addInitScript(() => {
      const { setTimeout } = window;
      window.requestAnimationFrame = (paint) => setTimeout(paint, 3000);
      window.setTimeout = (call, ms, ...given) => setTimeout(call, (ms ?? 0) + 3000, ...given);
    });
    await at(await visit(session.url, { context }), "cancelled");
  });

  test("is cancelled by its user", async () => {
    const session = await createSession(dev);
    const page = await visit(session.url);
    await at(page, "intro");
    await press(page, "Cancel verification");
    await look(page, "cancelled");
    assert.equal((await retrieve(dev, session.id)).status, "cancelled");
  });

  test("waits for a reviewer and shows the decision", async () => {
    const workflow = await publish(dev, {
      mode: "graph",
      graph: {
        start: "say",
        nodes: {
          say: { kind: "method", method: "self_attestation", pass: "human", fail: "human" },
          human: { kind: "review", reason: "every case" },
        },
      },
    });
    const session = await createSession(dev, { workflow_id: workflow });
    const page = await begin(session);
    await fillIn(page);
    await press(page, "Continue");
    await look(page, "review");
    await call(dev, "POST", `/v1/verification_sessions/${session.id}/review`, { decision: "approve", reviewer: "r" });
    await at(page, "verified");
  });

  test("asks for consent before a face is measured, and takes no for an answer", async () => {
    const workflow = await publish(dev, { methods: ["facial_age", "self_attestation"], jurisdictions: ["US-IL"] });
    const page = await begin(await createSession(dev, { workflow_id: workflow, jurisdiction: "US-IL" }));
    await choose(page, /Age estimate/);
    await look(page, "consent");
    await press(page, "Continue");
    await page.getByRole("alert").waitFor();
    await press(page, "I do not agree");
    await at(page, "choice");
    await choose(page, /Age estimate/);
    await page.getByRole("checkbox").check();
    await press(page, "Continue");
    await at(page, "capture-face");
  });

  test("offers what is left to a user who does not consent to the only method", async () => {
    const workflow = await publish(dev, { methods: ["facial_age"], jurisdictions: ["US-IL"] });
    const page = await begin(await createSession(dev, { workflow_id: workflow, jurisdiction: "US-IL" }));
    await at(page, "consent");
    await press(page, "I do not agree");
    await at(page, "choice");
    assert.deepEqual(await methodsOf(page), ["Age estimate from a selfie"]);
    await press(page, "Cancel verification");
    await at(page, "cancelled");
  });

  test("lists a method without attempts last, and says so", async () => {
    const methods = ["self_attestation", "document_capture"];
    const workflow = await publish(dev, { methods, preferences: { max_attempts: 1 } });
    const page = await begin(await createSession(dev, { workflow_id: workflow }));
    await choose(page, /Photo of a document/);
    await at(page, "method-document_capture");
    await press(page, "Fail");
    await at(page, "setback"); // the screen of the method has a button of that name, too
    await press(page, "Use another method");
    await look(page, "choice", "choice-exhausted");
    assert.deepEqual(await methodsOf(page), ["Your date of birth", "Photo of a document"]);
    assert.ok(await page.getByRole("button", { name: /Photo of a document No attempts left/ }).isDisabled());
  });

  test("returns to the merchant's page by itself, and closes a window that was opened", async () => {
    const home = `${dev.api}/dev/mail`;
    const passed = async (page) => {
      await at(page, "intro");
      await press(page, "Continue");
      await at(page, "method-self_attestation");
      await press(page, "Pass");
      await at(page, "verified");
    };
    const workflow_id = await publish(dev, attestation);
    const page = await visit((await createSession(dev, { workflow_id, return_url: `${home}?done` })).url);
    await passed(page);
    await page.waitForURL(`${home}?done`);
    const { url } = await createSession(dev, { workflow_id });
    const opened = page.context().waitForEvent("page");
    await page.evaluate((url) => void window.open(url), url);
    const window = await opened;
    const closed = window.waitForEvent("close");
    await passed(window);
    await closed;
  });

  test("leads to the page for those who cancelled", async () => {
    const [return_url, cancel_url] = [`${dev.api}/dev/mail?done`, `${dev.api}/dev/mail?cancelled`];
    const page = await visit((await createSession(dev, { return_url, cancel_url })).url);
    await at(page, "intro");
    await press(page, "Cancel verification");
    await look(page, "cancelled", "cancelled-return");
    await choose(page, /^Return to/);
    await page.waitForURL(cancel_url);
  });

  test("says that the screen of a method did not load, and offers a phone", async () => {
    const page = await begin(await createSession(dev));
    await page.route("**/chunks/self_attestation.js", (route) => route.abort());
    await choose(page, /Your date of birth/);
    await look(page, "method-lost");
    await page.getByRole("button", { name: "Continue on your phone" }).waitFor();
    await page.unroute("**/chunks/self_attestation.js");
    await press(page, "Try again");
    await at(page, "method-self_attestation");
  });

  for (const [way, again] of [
    ["a tap", (page) => press(page, "Noch einmal versuchen")],
    ["the connection is back", async (page) => {
      await page.context().setOffline(true);
      await page.context().setOffline(false);
    }],
  ]) {
    test(`says in the user's language that its texts did not load, and loads them after ${way}`, async () => {
      const page = await (await newContext(browser, { locale: "de-AT" })).newPage();
      const lost = "**/chunks/de.js";
      await page.route(lost, (route) => route.abort());
      await page.goto((await createSession(dev)).url);
      await look(page, "problem-loading");
      await page.getByText("Prüfen Sie Ihre Verbindung").waitFor();
      await page.unroute(lost);
      await again(page);
      await at(page, "intro");
      await page.getByRole("button", { name: "Weiter", exact: true }).waitFor();
    });
  }

  test("says that the page behind a mail's link did not load, and loads it", async () => {
    const page = await (await newContext(browser)).newPage();
    const lost = "**/chunks/sharing.js";
    await page.route(lost, (route) => route.abort());
    await page.goto(`${dev.api}/verify/sharing#token=x`);
    await at(page, "problem-loading");
    await page.unroute(lost);
    await press(page, "Try again");
    await at(page, "sharing-invalid");
  });

  for (const [problem, status, code] of [
    ["place", 422, "jurisdiction_unresolvable"],
    ["prohibited", 422, "use_case_prohibited"],
    ["held", 409, "session_locked_to_other_device"],
    ["token_expired", 410, "handoff_token_expired"],
  ]) {
    test(`explains ${code} to a phone`, async () => {
      const session = await createSession(dev);
      const { url } = await call(dev, "POST", `/v1/verify/session/${session.id}/handoff`, {}, session.client_secret);
      const page = await visit(url, phone);
      const refused = problem === "token_expired" ? "**/v1/handoff/exchange" : "**/v1/verify/session/*";
      const error = { type: "invalid_request_error", code, message: "", param: null };
      await page.route(refused, (route) => route.fulfill({ status, json: { error } }));
      await press(page, "Continue");
      await look(page, `problem-${problem}`);
    });
  }

  test("takes the secret out of the address and keeps it over a reload", async () => {
    const session = await createSession(dev);
    const page = await visit(session.url);
    await at(page, "intro");
    assert.equal(page.url(), session.url.split("#")[0]);
    await page.reload();
    await at(page, "intro");
    const stranger = await visit(page.url());
    await look(stranger, "problem-storage");
  });

  test("refuses a secret of another session", async () => {
    const [one, other] = [await createSession(dev), await createSession(dev)];
    const page = await visit(`${one.url.split("#")[0]}#${other.url.split("#")[1]}`);
    await look(page, "problem-link");
  });

  test("undoes a step with Back and keeps it over a reload", async () => {
    const page = await begin(await createSession(dev));
    await choose(page, /Your date of birth/);
    await at(page, "method-self_attestation");
    await page.reload();
    await at(page, "method-self_attestation");
    await page.goBack();
    await at(page, "choice");
    await page.goBack();
    await at(page, "intro");
    await page.goForward();
    await at(page, "choice");
  });

  test("never shows a step that is over in a second tab", async () => {
    const session = await createSession(dev, { workflow_id: await publish(dev, attestation) });
    const first = await begin(session);
    const second = await begin(session, { context: first.context() });
    await Promise.all([fillIn(first), fillIn(second)]);
    // The second tab may have seen the end already; then it has no form.
    const send = (page) => page.evaluate(() => document.querySelector("form")?.requestSubmit());
    await Promise.all([send(first), send(second)]);
    await Promise.all([at(first, "verified"), at(second, "verified")]);
    await first.goBack();
    await at(first, "verified");
    assert.equal((await results(session.id)).length, 1);
  });

  test("repeats what was sent offline, and makes one attempt", async () => {
    const session = await createSession(dev, { workflow_id: await publish(dev, attestation) });
    const page = await begin(session);
    await fillIn(page);
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    await press(page, "Continue");
    await at(page, "method-self_attestation");
    await page.context().setOffline(false);
    await at(page, "verified");
    assert.equal((await results(session.id)).length, 1);
  });

  test("is offline on every screen without losing it", async () => {
    const page = await visit((await createSession(dev)).url);
    const screens = [["intro", "Continue"], ["choice", /Your date of birth/], ["method-self_attestation", null]];
    for (const [screen, next] of screens) {
      await at(page, screen);
      await page.context().setOffline(true);
      await page.getByText("You are offline.").waitFor();
      await page.context().setOffline(false);
      await page.getByText("You are offline.").waitFor({ state: "detached" });
      await at(page, screen);
      if (next) await choose(page, next);
    }
  });

  test("hands over to a phone, and follows it", async () => {
    const session = await createSession(dev, { workflow_id: await publish(dev, { methods: ["document_capture"] }) });
    const events = `/v1/verify/session/${session.id}/events`;
    await call(dev, "POST", events, { type: "camera_failed" }, session.client_secret);
    const desktop = await begin(session);
    await at(desktop, "method-document_capture");
    await press(desktop, "Continue on your phone");
    await look(desktop, "handoff");
    const link = await readQR(desktop);
    const mobile = await visit(link, phone);
    await look(mobile, "landing");
    await press(mobile, "Continue");
    await look(mobile, "confirm");
    await look(desktop, "phone", "phone-number");
    await press(mobile, await desktop.locator(".number").textContent());
    await at(mobile, "method-document_capture");
    await desktop.getByRole("heading", { name: "Continue on your phone" }).waitFor();
    await look(desktop, "phone");
    await mobile.reload();
    await at(mobile, "method-document_capture");
    const again = await visit(link, phone);
    await press(again, "Continue");
    await look(again, "problem-used");
    await press(mobile, "Pass");
    await look(mobile, "verified", "verified-phone");
    await at(desktop, "verified");
    assert.equal((await results(session.id)).length, 1);
  });

  test("shows another code when one expires, and the third time a button", async () => {
    const own = await startDev({ STILE_HANDOFF_TOKEN_TTL: "6s", STILE_HANDOFF_REUSE_WINDOW: "1s" });
    const session = await createSession(own, { workflow_id: await publish(own, { methods: ["document_capture"] }) });
    const events = `/v1/verify/session/${session.id}/events`;
    await call(own, "POST", events, { type: "camera_failed" }, session.client_secret);
    const page = await begin(session);
    await press(page, "Continue on your phone");
    const links = new Set();
    let renewed;
    const fourth = new Promise((resolve) => { renewed = resolve; });
    await page.exposeFunction("linked", (link) => links.add(link).size === 4 && renewed());
    await page.evaluate(() => setInterval(() => {
      const link = document.querySelector(".link input")?.value;
      if (link) linked(link);
    }, 50));
    await page.getByText("This code has expired.").waitFor();
    assert.equal(links.size, 3);
    await look(page, "handoff", "handoff-expired");
    await press(page, "Show a new code");
    await fourth;
  });

  test("copies the link of its code", async () => {
    const session = await createSession(dev, { workflow_id: await publish(dev, { methods: ["document_capture"] }) });
    const events = `/v1/verify/session/${session.id}/events`;
    await call(dev, "POST", events, { type: "camera_failed" }, session.client_secret);
    const page = await begin(session, { permissions: ["clipboard-read", "clipboard-write"] });
    await press(page, "Continue on your phone");
    await press(page, "Copy link");
    await page.getByRole("button", { name: "Link copied" }).waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\/verify\?token=[0-9a-f]+$/);
  });

  test("takes a session back from the phone", async () => {
    const session = await createSession(dev, { workflow_id: await publish(dev, { methods: ["document_capture"] }) });
    const desktop = await begin(session);
    await at(desktop, "method-document_capture");
    const { url } = await call(dev, "POST", `/v1/verify/session/${session.id}/handoff`, {}, session.client_secret);
    const mobile = await visit(url, phone);
    await press(mobile, "Continue");
    await at(mobile, "confirm");
    await at(desktop, "phone");
    await press(desktop, "Continue here instead");
    await at(desktop, "method-document_capture");
    await look(mobile, "problem-ended");
  });

  test("frees the session after a wrong number", async () => {
    const session = await createSession(dev, { workflow_id: await publish(dev, { methods: ["document_capture"] }) });
    const desktop = await begin(session);
    const { url } = await call(dev, "POST", `/v1/verify/session/${session.id}/handoff`, {}, session.client_secret);
    const mobile = await visit(url, phone);
    await press(mobile, "Continue");
    await at(mobile, "confirm");
    const right = await desktop.locator(".number").textContent();
    const numbers = await mobile.locator(".numbers button").allTextContents();
    await press(mobile, numbers.find((number) => number !== right));
    await at(mobile, "problem-ended");
    await at(desktop, "method-document_capture");
  });

  test("uses no token up by loading the link", async () => {
    const session = await createSession(dev);
    const { url } = await call(dev, "POST", `/v1/verify/session/${session.id}/handoff`, {}, session.client_secret);
    for (let times = 0; times < 3; times++) await at(await visit(url, phone), "landing");
    const mobile = await visit(url, phone);
    await press(mobile, "Continue");
    await at(mobile, "confirm");
  });

  test("shows a merchant's name as plain text", async () => {
    const name = `<img src=x onerror="document.title='owned'">`;
    const workflow = await publish(dev, { name, preferences: { handoff: { company_name: name } } , ...attestation });
    const page = await begin(await createSession(dev, { workflow_id: workflow }));
    await at(page, "method-self_attestation");
    assert.notEqual(await page.title(), "owned");
  });
});

describe("the secret", () => {
  test("is in no request line, no Referer and no log", () => {
    assert.ok(requested.length > 100);
    for (const { url, headers } of requested) {
      assert.doesNotMatch(url, /client_secret|eyJ/, url);
      assert.doesNotMatch(headers.referer ?? "", /token|secret|eyJ/);
    }
    assert.doesNotMatch(dev.log, /eyJ[\w-]+\.[\w-]+\./);
  });

  test("and the page asks no other origin for anything", () => {
    const own = (url) => /^(127\.0\.0\.1|localhost)$/.test(url.hostname) || url.protocol === "data:";
    const foreign = requested.map(({ url }) => new URL(url)).filter((url) => !own(url));
    assert.deepEqual(foreign.map(String), []);
  });
});
