// Every screen of the hosted page while the connection is gone, after a reload, and after Back.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { at, call, createSession, newContext, press, publish, stage, startDev, test } from "./harness.mjs";

let dev, browser;
before(async () => ({ dev, browser } = await stage()));

async function visit(url) {
  const page = await (await newContext(browser)).newPage();
  await page.goto(url);
  return page;
}

async function start(fields = {}) {
  const page = await visit((await createSession(dev, fields)).url);
  await at(page, "intro");
  return page;
}

const only = async (method, more = {}) => ({ workflow_id: await publish(dev, { methods: [method], ...more }) });

/**
 * steady checks that a screen stays without a connection and over a reload. Back leads to the screen `back`, from which
 * Forward leads to the screen again; where the server decides the screen, that is the same one.
 */
async function steady(page, screen, { back, ended = false } = {}) {
  await at(page, screen);
  await page.context().setOffline(true);
  const banner = page.getByText("You are offline.");
  if (!ended) await banner.waitFor();
  assert.equal(await page.locator("[data-screen]").first().getAttribute("data-screen"), screen);
  await page.context().setOffline(false);
  await banner.waitFor({ state: "detached" });
  await page.reload();
  await at(page, screen);
  if (!back) return;
  await page.goBack();
  await at(page, back);
  await page.goForward();
  await at(page, screen);
}

describe("a screen stays while offline, over a reload and after Back:", { concurrency: 3 }, () => {
  test("introduction, choice, form", async () => {
    const page = await start();
    await steady(page, "intro");
    await press(page, "Continue");
    await steady(page, "choice", { back: "intro" });
    await page.getByRole("button", { name: /Your date of birth/ }).click();
    await steady(page, "method-self_attestation", { back: "choice" });
  });

  test("setback, which a reload turns into the choice with its reason", async () => {
    const page = await start();
    await press(page, "Continue");
    await page.getByRole("button", { name: /Your date of birth/ }).click();
    await at(page, "method-self_attestation");
    await press(page, "Fail");
    await at(page, "setback");
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    await at(page, "setback");
    await page.context().setOffline(false);
    await page.getByText("You are offline.").waitFor({ state: "detached" });
    await press(page, "Use another method");
    await page.getByText("This failure was simulated in a sandbox. 2 attempts left").waitFor();
    await steady(page, "choice", { back: "method-self_attestation" });
  });

  test("consent, and the list after declining", async () => {
    const page = await start({
      ...await only("facial_age", { jurisdictions: ["US-IL"] }), jurisdiction: "US-IL",
    });
    await press(page, "Continue");
    await steady(page, "consent", { back: "intro" });
    await press(page, "I do not agree");
    await steady(page, "choice", { back: "consent" });
  });

  test("code by e-mail", async () => {
    const page = await start({ email: "steady@person.example" });
    await press(page, "I have verified before");
    await steady(page, "returning", { back: "intro" });
    await press(page, "Send the code");
    await page.getByLabel("Code", { exact: true }).waitFor();
    await steady(page, "returning", { back: "intro" });
  });

  test("check, and the verification", async () => {
    const page = await start(await only("document_capture"));
    await press(page, "Continue");
    await at(page, "method-document_capture");
    await press(page, "Pass after a while");
    await steady(page, "processing", { back: "processing" });
    await at(page, "verified");
    await steady(page, "verified", { back: "verified", ended: true });
  });

  test("review", async () => {
    const nodes = {
      say: { kind: "method", method: "self_attestation", pass: "human", fail: "human" },
      human: { kind: "review", reason: "every case" },
    };
    const page = await start({ workflow_id: await publish(dev, { mode: "graph", graph: { start: "say", nodes } }) });
    await press(page, "Continue");
    await at(page, "method-self_attestation");
    await press(page, "Pass");
    await steady(page, "review", { back: "review" });
  });

  test("failure", async () => {
    const page = await start(await only("self_attestation", { preferences: { max_attempts: 1 } }));
    await press(page, "Continue");
    await at(page, "method-self_attestation");
    await press(page, "Fail");
    await steady(page, "failed", { back: "failed", ended: true });
  });

  test("cancellation", async () => {
    const page = await start();
    await press(page, "Continue");
    await at(page, "choice");
    await press(page, "Cancel verification");
    await steady(page, "cancelled", { back: "cancelled", ended: true });
  });

  test("expiry", async () => {
    let page;
    for (let [seconds, opened] = [8, false]; !opened; seconds *= 4) { // a busy machine may show the page after the end
      assert.ok(seconds <= 512, "the page was not shown within eight minutes");
      const own = await startDev({ STILE_SESSION_TTL: `${seconds}s` });
      page = await visit((await createSession(own)).url);
      const button = page.getByRole("button", { name: "Continue", exact: true });
      opened = await button.click({ timeout: seconds * 1000 }).then(() => true, () => false);
    }
    await steady(page, "expired", { back: "expired", ended: true });
  });

  test("a faulty link", async () => {
    const { url } = await createSession(dev);
    const page = await visit(`${url}x`);
    await steady(page, "problem-link", { ended: true });
  });

  test("code, numbers and phone of a handoff", async () => {
    const { url, id, client_secret } = await createSession(dev, await only("document_capture"));
    await call(dev, "POST", `/v1/verify/session/${id}/events`, { type: "camera_failed" }, client_secret);
    const desktop = await visit(url);
    await press(desktop, "Continue");
    await press(desktop, "Continue on your phone");
    await desktop.getByText("This code works for another").waitFor();
    await steady(desktop, "handoff", { back: "method-document_capture" });
    const mobile = await visit(await desktop.getByLabel("Or open this link on your phone:").inputValue());
    await at(mobile, "landing");
    await mobile.context().setOffline(true);
    await press(mobile, "Continue");
    await mobile.getByRole("alert").waitFor();
    await mobile.context().setOffline(false);
    await press(mobile, "Continue");
    await steady(mobile, "confirm");
    await steady(desktop, "phone", { back: "phone" });
    await press(mobile, await desktop.locator(".number").textContent());
    await steady(mobile, "method-document_capture");
    await desktop.getByRole("heading", { name: "Continue on your phone" }).waitFor();
    await steady(desktop, "phone", { back: "phone" });
    await press(mobile, "Pass");
    await steady(mobile, "verified", { ended: true });
    await at(desktop, "verified");
  });
});
