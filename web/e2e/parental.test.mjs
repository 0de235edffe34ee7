// Parental consent: the child asks, the guardian proves to be an adult and decides by the links of the mails.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { at, createSession, newContext, nextMail, press, publish, retrieve, stage, test } from "./harness.mjs";
import { look } from "./look.mjs";

let dev, browser, workflow;
before(async () => {
  ({ dev, browser } = await stage());
  workflow = await publish(dev, {
    methods: ["parental_consent"], preferences: { parental: { methods: ["document_capture"] } },
  });
});

/** visit opens a page in a new browser. */
async function visit(url, options) {
  const page = await (await newContext(browser, options)).newPage();
  await page.goto(url);
  return page;
}

/** asked opens the page of a new session, and has the child ask a guardian. */
async function asked(email, fields = {}) {
  const session = await createSession(dev, { workflow_id: workflow, ...fields });
  const page = await visit(session.url);
  await press(page, "Continue");
  await at(page, "method-parental_consent");
  await page.getByLabel("E-mail address of a parent or guardian").fill(email);
  await press(page, "Send the request");
  await at(page, "parental-waiting");
  return { session, page };
}

/** mailed waits for the mail with the links of a guardian. */
async function mailed(email) {
  const [text, decide, withdraw] = await nextMail(
    dev, email, /(http\S+\/guardian#\S+\.decide\.\S+)[^]*(http\S+\/guardian#\S+\.withdraw\.\S+)/,
  );
  return { text, decide, withdraw };
}


describe("parental consent", { concurrency: 2 }, () => {
  test("verifies the child once a guardian has consented, until it is withdrawn", async () => {
    const email = "mum@person.example";
    const { session, page } = await asked(email);
    await look(page, "parental-waiting");
    await page.getByText("m…@person.example").waitFor();
    await page.reload();
    await at(page, "parental-waiting");
    const anew = await visit(session.url);
    await at(anew, "parental-waiting");

    const { text, decide, withdraw } = await mailed(email);
    assert.doesNotMatch(text, /vks_/);
    for (const link of [decide, withdraw]) assert.equal((await fetch(link)).status, 200);
    const guardian = await visit(decide);
    await look(guardian, "guardian-asked");
    assert.equal(guardian.url(), `${dev.api}/verify/guardian`);
    assert.equal(await guardian.title(), "A child asks for your consent");
    await press(guardian, "Prove that I am an adult");
    await press(guardian, "Continue");
    await press(guardian, "Pass");
    await look(guardian, "guardian-decide");
    await guardian.reload();
    await at(guardian, "guardian-decide");
    await press(guardian, "I consent");
    await look(guardian, "guardian-consented");
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "parental_consent");

    const [, thanks] = await nextMail(dev, email, /(http\S+\/guardian#\S+\.withdraw\.\S+)/);
    assert.equal(thanks, withdraw);
    const later = await visit(thanks);
    await look(later, "guardian-withdraw");
    await press(later, "Withdraw the consent");
    await look(later, "guardian-withdrawn", "guardian-withdrawn", false);
  });

  test("leads the child to a refusal, and takes another address", async () => {
    const { session, page } = await asked("first@person.example", { email: "kid@person.example" });
    await press(page, "Ask somebody else");
    await look(page, "method-parental_consent");
    const field = page.getByLabel("E-mail address of a parent or guardian");
    await field.fill("Kid@person.example");
    await press(page, "Send the request");
    await page.getByText("Enter valid e-mail addresses").waitFor();
    await field.fill("second@person.example");
    await press(page, "Send the request");
    await page.getByText("s…@person.example").waitFor();
    const first = await visit((await mailed("first@person.example")).decide);
    await look(first, "guardian-closed", "guardian-closed", false);
    const second = await visit((await mailed("second@person.example")).withdraw);
    await look(second, "guardian-refuse", "guardian-refuse", false);
    await press(second, "Refuse");
    await look(second, "guardian-refused", "guardian-refused", false);
    await page.getByText("Consent was not given.").waitFor();
    assert.equal((await retrieve(dev, session.id)).status, "requires_input");
  });

  test("is asked for in the language of the guardian", async () => {
    const { page } = await asked("dad@person.example");
    await press(page, "Send the mail again");
    await page.getByText("The mail was sent again.").waitFor();
    const guardian = await visit((await mailed("dad@person.example")).decide, { locale: "de-DE" });
    await guardian.getByRole("heading", { name: "Ein Kind bittet um Ihre Einwilligung" }).waitFor();
    await guardian.getByText("Mit der Einwilligung erklären Sie").waitFor();
  });
});
