// Returning users on the hosted page, recognised by a code from the inbox of a real stile-dev.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { at, createSession, mailedCode, newContext, press, publish, retrieve, stage, test } from "./harness.mjs";
import { look } from "./look.mjs";

let dev, browser, workflow;

before(async () => {
  ({ dev, browser } = await stage());
  workflow = await publish(dev, { methods: ["self_attestation"] });
});

async function visit(session) {
  const page = await (await newContext(browser)).newPage();
  await page.goto(session.url);
  await at(page, "intro");
  return page;
}

async function declare(page) {
  await at(page, "method-self_attestation");
  await page.getByLabel("Day").fill("1");
  await page.getByLabel("Month").fill("2");
  await page.getByLabel("Year").fill("1980");
  await page.getByRole("checkbox").check();
  await press(page, "Continue");
  await at(page, "verified");
}

describe("a returning user", { concurrency: 2 }, () => {
  test("verifies once, and is recognised by a code in the next session", async () => {
    const email = "grace@person.example";
    const first = await visit(await createSession(dev, { workflow_id: workflow, email }));
    await press(first, "Continue");
    await declare(first);

    const session = await createSession(dev, { workflow_id: workflow });
    const page = await visit(session);
    await press(page, "I have verified before");
    await look(page, "returning");
    await press(page, "Send the code");
    await page.getByRole("alert").waitFor(); // without an address
    await page.getByLabel("E-mail address").fill(email);
    await press(page, "Send the code");
    await page.getByLabel("Code", { exact: true }).waitFor();
    const right = await mailedCode(dev, email);
    await page.reload();
    const field = page.getByLabel("Code", { exact: true });
    await field.waitFor(); // the true step after a reload
    await look(page, "returning", "returning-code");
    assert.equal(await field.getAttribute("autocomplete"), "one-time-code");
    await field.fill(right === "000000" ? "000001" : "000000");
    await press(page, "Continue");
    await page.getByRole("alert").getByText("4 tries").waitFor();
    await look(page, "returning", "returning-fault");
    await field.fill(right);
    await press(page, "Continue");
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "returning_user");
  });

  test("is not recognised by the code of an unknown address, and verifies", async () => {
    const session = await createSession(dev, { workflow_id: workflow, email: "nobody@person.example" });
    const page = await visit(session);
    await press(page, "I have verified before");
    await press(page, "Send the code");
    await page.getByLabel("Code", { exact: true }).fill(await mailedCode(dev, "nobody@person.example"));
    await press(page, "Continue");
    await declare(page);
    assert.equal((await retrieve(dev, session.id)).verification_path, "self_attestation");
  });

  test("may verify without a code", async () => {
    const page = await visit(await createSession(dev, { workflow_id: workflow }));
    await press(page, "I have verified before");
    await press(page, "Verify without a code");
    await declare(page);
  });
});
