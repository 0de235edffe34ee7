// open_banking on the hosted page, at the certified OpenID provider.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { at, createSession, launch, newContext, press, publish, retrieve, startDev, test } from "./harness.mjs";
import { startInstitution } from "./institution.mjs";
import { look } from "./look.mjs";
import { listen } from "./shop.mjs";

let dev, browser, workflow;

/** banks returns the configuration file with more banks than the page shows without a search. */
function banks(issuer, key) {
  const others = ["Alpine Credit", "Banco Azul", "Crown Savings", "Delta Trust", "Elbe Kasse", "Fjord Mutual"];
  const all = [["example", "Example Bank"], ...others.map((name, at) => [`other-${at}`, name])];
  return `institutions:\n${all.map(([id, name]) =>
    `  - {id: ${id}, name: ${name}, issuer: "${issuer}", client_id: stile, key: ${key}, dpop: true, age: age_over}\n`,
  ).join("")}`;
}

before(async () => {
  const bank = await startInstitution("fapi2", banks);
  [dev, browser] = await Promise.all([startDev({ STILE_BANKS_FILE: bank.file }), launch()]);
  await bank.serve(`${dev.api}/v1/methods/open_banking/callback`);
  workflow = await publish(dev, { methods: ["open_banking"] });
});

/** visit opens a session up to the choice of the bank. */
async function visit() {
  const session = await createSession(dev, { workflow_id: workflow });
  const page = await (await newContext(browser)).newPage();
  await page.goto(session.url);
  await at(page, "intro");
  await press(page, "Continue");
  await at(page, "method-open_banking");
  return { session, page };
}

describe("open_banking", { concurrency: 2 }, () => {
  test("leads to the bank and back in the same tab, also after a cancelled login", async () => {
    const { session, page } = await visit();
    await look(page, "method-open_banking");
    await page.getByLabel("Search").fill("exam");
    assert.equal(await page.locator(".institutions button").count(), 1);
    await press(page, "Example Bank");
    await press(page, "cancel");
    await at(page, "setback");
    await press(page, "Try again");
    await press(page, "Example Bank");
    await press(page, "adult");
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "open_banking");
  });

  test("takes the code of another browser, and waits over a reload", async () => {
    const { page } = await visit();
    await press(page, "Example Bank");
    await page.getByRole("button", { name: "adult" }).waitFor();
    const form = page.url();
    await page.goBack();
    await look(page, "login-waiting");
    await page.reload();
    await at(page, "login-waiting");
    const cookies = await page.context().cookies();

    const phone = await newContext(browser);
    await phone.addCookies(cookies);
    const elsewhere = await phone.newPage();
    await elsewhere.goto(form);
    await press(elsewhere, "adult");
    await look(elsewhere, "returned-code");
    const code = (await elsewhere.locator(".code").textContent()).trim();

    await look(page, "login-code");
    const field = page.getByLabel("Code", { exact: true });
    await field.fill(code === "000000" ? "000001" : "000000");
    await press(page, "Continue");
    await page.getByRole("alert").waitFor();
    await field.fill(code);
    await press(page, "Continue");
    await at(page, "verified");
    await elsewhere.reload();
    await elsewhere.goto(`${dev.api}/v1/methods/open_banking/callback?state=mch_none&code=x`);
    await look(elsewhere, "returned-over", "returned-over", false);
  });

  test("goes on when the bank's app comes back to a new tab of the same browser", async () => {
    const { page } = await visit();
    await press(page, "Example Bank");
    await page.getByRole("button", { name: "adult" }).waitFor();
    const form = page.url();
    await page.goBack();
    await at(page, "login-waiting");
    const tab = await page.context().newPage();
    await tab.goto(form);
    await press(tab, "adult");
    await look(tab, "returned-claimed");
    await at(page, "verified");
  });

  test("goes on in a frame when the bank's tab comes back", async () => {
    const session = await createSession(dev, { workflow_id: workflow });
    const shop = await listen((request, response) => {
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end(`<!doctype html><title>Shop</title><iframe src="${session.url}" width="600" height="600"></iframe>`);
    });
    const page = await (await newContext(browser)).newPage();
    await page.goto(shop.origin.replace("127.0.0.1", "localhost")); // another site, whose frame has its own storage
    const frame = page.frameLocator("iframe");
    await frame.getByRole("button", { name: "Continue", exact: true }).click();
    const opened = page.waitForEvent("popup");
    await frame.getByRole("button", { name: "Example Bank" }).click();
    const tab = await opened;
    const closed = tab.waitForEvent("close");
    await tab.getByRole("button", { name: "adult" }).click();
    await closed;
    await frame.locator('[data-screen="verified"]').waitFor();
    await shop.stop();
  });
});
