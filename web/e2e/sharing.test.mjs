// Verifications that users share: two shops on two origins, the mail about each grant, and the page behind its links.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import {
  at, call, createSession, focusedAt, mailedCode, newContext, nextMail, organization, press, publish, retrieve, stage,
  test,
} from "./harness.mjs";
import { look } from "./look.mjs";
import { startShop, told } from "./shop.mjs";

const label = "Save my verification so other operators don't have to re-verify me.";

/** vintner makes the verifications, carrier accepts those that users share. */
let dev, browser, vintner, carrier;
before(async () => {
  ({ dev, browser } = await stage());
  [vintner, carrier] = await Promise.all(["Vinothek", "Acme Carrier"].map(opened));
  await call(carrier.dev, "PATCH", "/v1/trust_reuse/policy", { accept: true, liability_acknowledged: true });
});
after(() => Promise.all([vintner, carrier].map((one) => one?.shop.stop())));

/** opened returns a new organization with a shop on an origin of its own. */
async function opened(name) {
  const own = await organization(dev, name);
  const shop = await startShop(own, dev.api);
  shop.workflow = await publish(own, { methods: ["self_attestation"] });
  return { name, dev: own, shop };
}

/** create creates a session by the server of an organization. */
function create({ dev, shop }, fields = {}) {
  return createSession(dev, { workflow_id: shop.workflow, ...fields });
}

/** visit opens a page in a new browser. */
async function visit(url, options) {
  const page = await (await newContext(browser, options)).newPage();
  await page.goto(url);
  return page;
}

/** enter opens the widget of an organization's shop, and returns the shop's page and the page in the frame. */
async function enter({ shop }, attributes = "") {
  const page = await visit(shop.origin + shop.page(`<stile-widget session-url="/start" ${attributes}></stile-widget>`));
  await press(page, "Verify");
  const frame = page.frameLocator("iframe");
  await frame.locator('[data-screen="intro"]').waitFor();
  return { page, frame };
}

/** pass goes from the introduction to the end. */
async function pass(frame) {
  await press(frame, "Continue");
  await press(frame, "Pass");
  await frame.locator('[data-screen="verified"]').waitFor();
}

/** verified opens the page of a new session of the vintner, and verifies the user. */
async function verified(email, fields = {}, options = undefined) {
  const session = await create(vintner, { email, ...fields });
  const page = await visit(session.url, options);
  await at(page, "intro");
  await pass(page);
  return { page, session };
}

/** tick changes the box, and waits until the change is saved. */
async function tick(page, checked = true) {
  await page.getByLabel(label).setChecked(checked);
  await page.getByText("Your choice is saved.").waitFor();
}

/** recognise asks for a code at the introduction, and enters it. */
async function recognise(frame, email) {
  await press(frame, "I have verified before");
  await frame.getByLabel("E-mail address").fill(email);
  await press(frame, "Send the code");
  await frame.getByLabel("Code", { exact: true }).fill(await mailedCode(dev, email));
  await press(frame, "Continue");
}

/** mailedLinks waits for the mail about a grant. It returns its links: for the grant, and for all sharing. */
async function mailedLinks(email) {
  const [text, revoke, all] = await nextMail(dev, email, /(http\S+\/sharing#\S+)[^]*(http\S+\/sharing#\S+)/);
  return { text, revoke, all };
}

/** granted shares a verification with the carrier, and returns the links of the mail. */
async function granted(email, options) {
  const { page } = await verified(email, {}, options);
  await tick(page);
  assert.equal((await create(carrier, { email })).verification_path, "trust_reuse");
  return { page, ...await mailedLinks(email) };
}

/** acceptedAgain reports whether a new session of the carrier is verified by the user's sharing. */
async function acceptedAgain(email) {
  return (await create(carrier, { email })).status === "verified";
}

describe("a shared verification", { concurrency: 2 }, () => {
  test("is used by another shop after a code, until the user revokes it from the mail", async () => {
    const email = "ada@person.example";
    const first = await enter(vintner, `email="${email}"`);
    await pass(first.frame);
    await told(first.page, "verified");
    const box = first.frame.getByLabel(label);
    assert.equal(await box.isChecked(), false);
    await tick(first.frame);
    await press(first.frame, "Return to Vinothek");
    await first.page.locator("iframe").waitFor({ state: "detached" });

    const second = await enter(carrier);
    await recognise(second.frame, email);
    const { sessionId } = await told(second.page, "verified");
    assert.equal((await retrieve(carrier.dev, sessionId)).verification_path, "trust_reuse");

    const { text, revoke } = await mailedLinks(email);
    assert.doesNotMatch(text, /Vinothek/);
    for (let scans = 0; scans < 2; scans++) assert.equal((await fetch(revoke)).status, 200);
    const page = await visit(revoke);
    await look(page, "sharing-grant");
    assert.equal(page.url(), `${dev.api}/verify/sharing`);
    assert.equal(await page.title(), "Your shared verification");
    await page.getByText("Acme Carrier used your verification on").waitFor();
    assert.doesNotMatch(await page.locator("body").innerText(), /Vinothek/);
    assert.ok(await acceptedAgain(email), "a look at the link has revoked the grant");
    await press(page, "Revoke access");
    await look(page, "sharing-done");

    const third = await enter(carrier);
    await recognise(third.frame, email);
    await press(third.frame, "Pass");
    const again = await told(third.page, "verified");
    assert.equal((await retrieve(carrier.dev, again.sessionId)).verification_path, "self_attestation");
    assert.equal(await acceptedAgain("nobody@person.example"), false);
    const [grant] = (await call(carrier.dev, "GET", `/v1/trust_reuse/grants?session_id=${sessionId}`)).data;
    assert.equal(grant.revoked_reason, "USER_REVOKED");
  });

  test("verifies a session that a server creates with the address, at once", async () => {
    const email = "grace@person.example";
    const { page } = await verified(email);
    assert.equal(await acceptedAgain(email), false, "an unticked box has shared the verification");
    await tick(page);
    const session = await create(carrier, { email });
    assert.deepEqual([session.status, session.verification_path], ["verified", "trust_reuse"]);
    const born = await visit(session.url);
    await at(born, "verified");
    assert.equal(await born.getByLabel(label).count(), 0, "a verification of another organization can be shared");
  });

  test("ends with all others by the second link of the mail", async () => {
    const email = "alan@person.example";
    const { all, page: own } = await granted(email);
    const page = await visit(all);
    await look(page, "sharing-all");
    await press(page, "Stop all sharing");
    await page.getByText("All sharing has stopped").waitFor();
    assert.equal(await acceptedAgain(email), false);
    await own.reload();
    await at(own, "verified");
    assert.equal(await own.getByLabel(label).isChecked(), false);
  });
});

describe("the box on the screen of a verified session", { concurrency: 2 }, () => {
  test("keeps its tick over a reload, and takes it back", async () => {
    const email = "edsger@person.example";
    const { page } = await verified(email);
    assert.equal(await page.getByLabel(label).isChecked(), false);
    await look(page, "verified", "verified-sharing");
    await tick(page);
    await page.reload();
    await at(page, "verified");
    assert.ok(await page.getByLabel(label).isChecked());
    await tick(page, false);
    await page.reload();
    await at(page, "verified");
    assert.equal(await page.getByLabel(label).isChecked(), false);
    assert.equal(await acceptedAgain(email), false);
  });

  test("leaves the user the time to decide, where the page would otherwise return by itself", async () => {
    const return_url = `${vintner.shop.origin}/thanks`;
    const session = await create(vintner, { email: "tony@person.example", return_url });
    const page = await visit(session.url);
    await at(page, "intro");
    await page.clock.install();
    await pass(page);
    await page.clock.runFor(60_000);
    await tick(page);
    await press(page, "Return to Vinothek");
    await page.waitForURL(return_url);
  });

  test("tells that the choice was not saved, and takes it again", async () => {
    const { page } = await verified("barbara@person.example");
    await page.context().setOffline(true);
    await page.getByLabel(label).click();
    await page.getByRole("alert").getByText("Your choice was not saved.").waitFor();
    assert.equal(await page.getByLabel(label).isChecked(), false);
    assert.equal(await page.locator(".banner").count(), 0, "the page says that it goes on by itself");
    await look(page, "verified", "verified-sharing-fault");
    await page.context().setOffline(false);
    await tick(page);
    assert.equal(await page.getByRole("alert").count(), 0);
    assert.ok(await page.getByLabel(label).isChecked());
  });

  test("saves the choice before the user leaves", async () => {
    const email = "donald@person.example";
    const return_url = `${vintner.shop.origin}/thanks`;
    const { page } = await verified(email, { return_url });
    let release;
    const held = new Promise((resolve) => (release = resolve));
    const asked = page.waitForRequest("**/trust_reuse");
    await page.route("**/trust_reuse", (route) => held.then(() => route.continue()));
    await page.getByLabel(label).click();
    await asked;
    await press(page, "Return to Vinothek");
    await page.locator('button[aria-busy="true"][aria-disabled="true"]').waitFor();
    assert.notEqual(page.url(), return_url);
    release();
    await page.waitForURL(return_url);
    assert.ok(await acceptedAgain(email));
  });

  test("tells that a verification cannot be shared any more", async () => {
    const { page } = await verified("john@person.example");
    await page.route("**/trust_reuse", (route) => route.fulfill({
      status: 409, json: { error: { code: "trust_reuse_unavailable", message: "" } },
    }));
    await page.getByLabel(label).click();
    await page.getByRole("alert").getByText("This verification cannot be shared.").waitFor();
    assert.equal(await page.getByLabel(label).isChecked(), false);
  });

  test("is not there without an address to mail to, and the page returns by itself", async () => {
    const return_url = `${vintner.shop.origin}/thanks`;
    const session = await create(vintner, { return_url });
    const page = await visit(session.url);
    await at(page, "intro");
    await page.clock.install();
    await pass(page);
    assert.equal(await page.getByLabel(label).count(), 0);
    await page.clock.runFor(6_000);
    await page.waitForURL(return_url);
  });

  test("is reached and ticked by the keyboard", async () => {
    const { page } = await verified("margaret@person.example");
    await focusedAt(page, "verified");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.getByText("Your choice is saved.").waitFor();
    assert.ok(await page.getByLabel(label).isChecked());
  });
});

describe("the box in the widget", { concurrency: 2 }, () => {
  for (const mode of ["modal", "inline"]) {
    test(`keeps the frame open (${mode}) after the event, until the user leaves`, async () => {
      const email = `${mode}@person.example`;
      const attributes = `mode="${mode}" session-url="/start" success-url="/done" email="${email}"`;
      const page = await visit(vintner.shop.origin + vintner.shop.page(`<stile-widget ${attributes}></stile-widget>`));
      if (mode === "modal") await press(page, "Verify");
      const frame = page.frameLocator("iframe");
      await frame.locator('[data-screen="intro"]').waitFor();
      await page.clock.install();
      await pass(frame);
      const { sessionId } = await told(page, "verified");
      await page.clock.runFor(60_000);
      await tick(frame);
      await press(frame, "Return to Vinothek");
      await page.waitForURL(`**/done?session_id=${sessionId}`);
      assert.ok(await acceptedAgain(email));
    });
  }

  test("leads on as well if the user closes the window", async () => {
    const { page, frame } = await enter(vintner, 'success-url="/done" email="escape@person.example"');
    await pass(frame);
    const { sessionId } = await told(page, "verified");
    await page.keyboard.press("Escape");
    await page.waitForURL(`**/done?session_id=${sessionId}`);
  });
});

describe("the page behind the links of the mail", { concurrency: 2 }, () => {
  test("keeps its token out of the address, over a reload", async () => {
    const { revoke, all } = await granted("frances@person.example");
    const page = await visit(revoke);
    await at(page, "sharing-grant");
    await page.reload();
    await at(page, "sharing-grant");
    assert.equal(page.url(), `${dev.api}/verify/sharing`);
    await page.goto(all); // changes the fragment alone
    await at(page, "sharing-all");
    assert.equal(page.url(), `${dev.api}/verify/sharing`);
  });

  test("revokes by the keyboard, and explains a link that was used", async () => {
    const { revoke } = await granted("jean@person.example");
    const page = await visit(revoke);
    await focusedAt(page, "sharing-grant");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await at(page, "sharing-done");
    assert.equal(await page.evaluate(() => document.activeElement.innerText), "The access is revoked");
    const again = await visit(revoke);
    await look(again, "sharing-closed");
    await again.getByText("Acme Carrier can no longer use your verification.").waitFor();
    assert.equal(await again.getByRole("button").count(), 0);
  });

  test("explains a link that is not whole", async () => {
    const { revoke } = await granted("kathleen@person.example");
    await look(await visit(revoke.slice(0, -4)), "sharing-invalid");
    await at(await visit(`${dev.api}/verify/sharing`), "sharing-invalid");
  });

  test("offers another try without a connection, and goes on once there is one", async () => {
    const email = "betty@person.example";
    const { revoke } = await granted(email);
    const page = await (await newContext(browser)).newPage();
    await page.route("**/trust_reuse/link", (route) => route.abort());
    await page.goto(revoke);
    await look(page, "sharing-lost");
    await page.unroute("**/trust_reuse/link");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await at(page, "sharing-grant");
    await page.route("**/trust_reuse/link", (route) => route.abort());
    await page.reload();
    await at(page, "sharing-lost");
    await page.unroute("**/trust_reuse/link");
    await press(page, "Try again");
    await at(page, "sharing-grant");
    await page.route("**/link/revoke", (route) => route.abort());
    await press(page, "Revoke access");
    await page.getByRole("alert").getByText("Check your connection and try again.").waitFor();
    assert.ok(await acceptedAgain(email));
    await page.unroute("**/link/revoke");
    await press(page, "Revoke access");
    await at(page, "sharing-done");
    assert.equal(await acceptedAgain(email), false);
  });

  test("goes on after a lost answer", async () => {
    const { revoke } = await granted("mary@person.example");
    const page = await visit(revoke);
    await at(page, "sharing-grant");
    const answers = [];
    await page.route("**/link/revoke", async (route) => {
      const response = await route.fetch();
      answers.push(await response.json());
      await (answers.length === 1 ? route.abort() : route.fulfill({ response }));
    });
    await press(page, "Revoke access");
    await at(page, "sharing-done");
    assert.deepEqual(answers.map((one) => one.open), [false, false]);
  });

  test("is shown by no frame", async () => {
    const { revoke } = await granted("hedy@person.example");
    const page = await (await newContext(browser)).newPage();
    const blocked = page.waitForEvent("console", (message) => /frame-ancestors 'none'/.test(message.text()));
    await page.goto(vintner.shop.origin + vintner.shop.page(`<iframe src="${revoke}"></iframe>`));
    await blocked;
    const { headers } = await fetch(`${dev.api}/verify/sharing`);
    assert.match(headers.get("content-security-policy"), /frame-ancestors 'none'$/);
    assert.equal(headers.get("x-frame-options"), "DENY");
  });

  test("speaks the user's language, from right to left in Arabic", async () => {
    const { revoke } = await granted("sofia@person.example");
    const page = await visit(revoke, { locale: "ar" });
    await page.waitForSelector('html[lang="ar"][dir="rtl"]');
    await look(page, "sharing-grant", "sharing-grant-arabic");
  });
});
