// The hosted page in Firefox ESR: one way through it, with the keyboard.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { launchFirefox } from "./firefox.mjs";
import { createSession, publish, retrieve, stage, test } from "./harness.mjs";

/** tab, enter and space are keys as WebDriver names them. */
const [tab, enter, space] = ["\uE004", "\uE007", " "];

let dev, page;
before(async () => {
  [{ dev }, page] = await Promise.all([stage(), launchFirefox()]);
});

describe("the hosted page in Firefox", () => {
  test("verifies by a declared date of birth", async () => {
    const session = await createSession(dev, { workflow_id: await publish(dev, { methods: ["self_attestation"] }) });
    await page.goto(session.url);
    await page.at("intro");
    assert.equal(await page.evaluate("location.hash"), "");
    await page.keys(tab, enter);
    await page.at("method-self_attestation");
    for (const field of ["2", "1", "1980"]) await page.keys(tab, ...field);
    await page.keys(tab, space, enter);
    await page.at("verified");
    assert.equal((await retrieve(dev, session.id)).status, "verified");
  });
});
