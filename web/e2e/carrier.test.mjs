// carrier_lookup on the hosted page, at an operator that refuses what does not fit CAMARA's interfaces.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { before, describe } from "node:test";
import { at, createSession, launch, newContext, press, publish, retrieve, startDev, test } from "./harness.mjs";
import { look } from "./look.mjs";
import { listen } from "./shop.mjs";
import { ends } from "./start.mjs";

/** numbers are one for each test: three questions about one are allowed in 15 minutes. */
const numbers = ["00", "11", "22", "33", "44", "55", "66"].map((end) => `+49151234567${end}`);
/** forever is more polls than a test lasts. */
const forever = 1_000;

let dev, browser, workflow, operator;

/**
 * startOperator starts the operator, whose carriers are in `file`. `behaves` changes how it treats the next requests,
 * and returns the paths of those so far.
 */
async function startOperator() {
  const program = spawn("go", ["run", "./carriertest/serve"], {
    cwd: fileURLToPath(new URL("../../methods/carrier", import.meta.url)), stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => program.once("exit", resolve));
  ends.push(async () => {
    program.stdin.end();
    await exited;
  });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  const file = await next();
  assert.ok(file, "the operator has not started");
  async function behaves(behaviour) {
    program.stdin.write(`${JSON.stringify(behaviour)}\n`);
    return JSON.parse(await next());
  }
  return { file, behaves };
}

before(async () => {
  operator = await startOperator();
  [dev, browser] = await Promise.all([startDev({ STILE_CARRIERS_FILE: operator.file }), launch()]);
  workflow = await publish(dev, { methods: ["carrier_lookup"] });
});

/** visit opens a session up to its first screen after the start, by default on a computer. */
async function visit(fields = {}, options = {}, screen = "method-carrier_lookup") {
  const session = await createSession(dev, { workflow_id: workflow, ...fields });
  const page = await (await newContext(browser, options)).newPage();
  await page.goto(session.url);
  await press(page, "Continue");
  await at(page, screen);
  return { session, page };
}

const onPhone = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } };

/** enter enters the number and goes on. */
async function enter(page, phone) {
  await page.getByLabel("Phone number", { exact: true }).fill(phone);
  await press(page, "Ask the operator");
}

/** go goes to the operator, which sends the user back at once. */
const go = (page) => page.getByRole("link", { name: "Continue" }).click();

describe("carrier_lookup", { concurrency: 1 }, () => {
  test("waits for the consent on the phone, also over a reload, and asks once", async () => {
    const asked = (paths) => paths?.filter((path) => path === "/bc-authorize").length ?? 0;
    const before = asked(await operator.behaves({ age: 30, pending: forever }));
    const { session, page } = await visit();
    await look(page, "method-carrier_lookup");
    await enter(page, "+1 202 555 0143");
    await page.getByRole("alert").getByText("an operator that can be asked here").waitFor();
    const field = page.getByLabel("Phone number", { exact: true });
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    await look(page, "method-carrier_lookup", "method-carrier_lookup-fault", false);
    await enter(page, numbers[0]);
    await look(page, "processing", "carrier-processing", false);
    await page.getByText("please confirm there").waitFor();
    await page.reload();
    await at(page, "processing");
    await page.getByText("please confirm there").waitFor();
    const paths = await operator.behaves({ age: 30 });
    await at(page, "verified");
    assert.equal(asked(paths) - before, 1);
    assert.equal((await retrieve(dev, session.id)).verification_path, "carrier_lookup");
  });

  test("leads to the reason of a refused consent and of an age that is not reached", async () => {
    await operator.behaves({ age: 30, refuse: { "/authorize": { status: 400, code: "access_denied" } } });
    const { session, page } = await visit({ phone: numbers[1] }, onPhone);
    await look(page, "method-carrier_lookup", "carrier-known", false);
    await press(page, "Ask the operator");
    await go(page);
    await at(page, "setback");
    await page.getByText("Consent was not given.").waitFor();
    await operator.behaves({ age: 12, line: numbers[1] });
    await press(page, "Try again");
    await press(page, "Use another number");
    await enter(page, numbers[1]);
    await go(page);
    await page.getByText("The required minimum age was not met.").waitFor();
    await look(page, "setback", "carrier-under-age", false);
    assert.notEqual((await retrieve(dev, session.id)).status, "verified");
  });

  test("says at once that no more numbers can be asked about", async () => {
    const { page } = await visit({}, onPhone);
    for (let asked = 0; asked < 3; asked++) {
      await enter(page, numbers[4]);
      await at(page, "carrier-open");
      await press(page, "Use another number");
    }
    await enter(page, numbers[4]);
    await page.getByRole("alert").getByText("Too many numbers").waitFor();
  });

  test("lets the user leave the question once the page has its answer", async () => {
    const { page } = await visit({}, onPhone);
    let release;
    const shown = new Promise((resolve) => (release = resolve));
    const answered = new Promise((resolve) => {
      void page.route(/\/begin$/, async (route) => {
        const answer = await route.fetch();
        resolve();
        await shown;
        await route.fulfill({ response: answer });
      });
    });
    await enter(page, numbers[6]);
    await answered;
    await page.locator("footer select").selectOption("de"); // reads the session, which has the question by now
    await at(page, "carrier-open");
    const another = page.getByRole("button", { name: "Andere Nummer verwenden" });
    assert.equal(await another.getAttribute("aria-disabled"), "true");
    release();
    await another.click();
    await at(page, "method-carrier_lookup");
  });

  test("leads to the operator and back, also after a phone without its mobile network", async () => {
    await operator.behaves({ age: 30 });
    const { session, page } = await visit({}, onPhone);
    await enter(page, numbers[2]);
    await look(page, "carrier-open");
    await page.reload();
    await at(page, "carrier-open");
    await page.getByText("··· 22").waitFor();
    await go(page);
    await at(page, "setback");
    await page.getByText("not connected by its mobile network").waitFor();
    await operator.behaves({ age: 30, line: numbers[2] });
    await press(page, "Try again");
    await enter(page, numbers[2]);
    await go(page);
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "carrier_lookup");
  });

  test("has the operator compare name and date of birth in an identity session", async () => {
    const customer = { givenName: "Zoë", familyName: "Quillfeather", birthdate: "1971-12-23" };
    await operator.behaves({ age: 30, line: numbers[5], customer });
    const both = await publish(dev, { methods: ["carrier_lookup", "document_capture"], composition: "all_of" });
    const fields = { type: "identity", workflow_id: both, phone: numbers[5] };
    const { session, page } = await visit(fields, onPhone, "choice");
    await page.getByRole("button", { name: /Your mobile operator/ }).click();
    const fill = async (label, text) => page.getByLabel(label, { exact: true }).fill(text);
    await fill("Day", "23");
    await fill("Month", "12");
    await fill("Year", "1971");
    await press(page, "Ask the operator");
    await page.getByRole("alert").getByText("your given names and your family name").waitFor();
    assert.equal(await page.getByLabel("Given names", { exact: true }).getAttribute("aria-invalid"), "true");
    await look(page, "method-carrier_lookup", "carrier-compared");
    await fill("Given names", "Zoë");
    await fill("Family name", "Q".repeat(151));
    await press(page, "Ask the operator");
    await page.locator('input[name="family_name"][aria-invalid="true"]').waitFor();
    await fill("Family name", "Quillfeather");
    await press(page, "Ask the operator");
    await go(page);
    await at(page, "method-document_capture");
    assert.ok((await operator.behaves({ age: 30 })).includes("/match/match"));
    assert.notEqual((await retrieve(dev, session.id)).status, "verified");
  });

  test("goes on in a frame when the operator's tab comes back", async () => {
    await operator.behaves({ age: 30, line: numbers[3] });
    const session = await createSession(dev, { workflow_id: workflow });
    const shop = await listen((request, response) => {
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end(`<!doctype html><title>Shop</title><iframe src="${session.url}" width="600" height="600"></iframe>`);
    });
    const page = await (await newContext(browser, onPhone)).newPage();
    await page.goto(shop.origin.replace("127.0.0.1", "localhost")); // another site, whose frame has its own storage
    const frame = page.frameLocator("iframe");
    await frame.getByRole("button", { name: "Continue", exact: true }).click();
    await frame.getByLabel("Phone number", { exact: true }).fill(numbers[3]);
    await frame.getByRole("button", { name: "Ask the operator" }).click();
    const opened = page.waitForEvent("popup");
    await frame.getByRole("link", { name: "Continue" }).click();
    const tab = await opened;
    if (!tab.isClosed()) await tab.waitForEvent("close");
    await frame.locator('[data-screen="verified"]').waitFor();
    assert.match(page.url(), /localhost/);
    await shop.stop();
  });
});
