import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { at, call, createSession, launch, press, publish, retrieve, startDev } from "./harness.mjs";

let dev, browser;
before(async () => {
  browser = await launch();
  dev = await startDev();
});
after(async () => {
  await browser?.close();
  await dev?.stop();
});

async function open(session, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(session.url);
  return page;
}

async function attest(page, year = "1980") {
  await at(page, "method-self_attestation");
  await page.getByLabel("Day").fill("1");
  await page.getByLabel("Month").fill("2");
  await page.getByLabel("Year").fill(year);
  await page.getByRole("checkbox").check();
  await press(page, "Continue");
}

describe("the hosted page", { concurrency: true }, () => {
  test("verifies by a declared date of birth", async () => {
    const session = await createSession(dev);
    const page = await open(session);
    await at(page, "intro");
    await press(page, "Continue");
    await at(page, "choice");
    await page.getByRole("button", { name: /Your date of birth/ }).click();
    await attest(page);
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).status, "verified");
  });

  test("takes the secret out of the address and keeps it over a reload", async () => {
    const session = await createSession(dev);
    const page = await open(session);
    await at(page, "intro");
    assert.equal(page.url(), session.url.split("#")[0]);
    await page.reload();
    await at(page, "intro");
  });
});
