// mdl, mid and eudi_pid on the hosted page, with the documents of a wallet on published packages. The browser asks
// Chromium's virtual wallet, which answers what that wallet has made for the request.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { at, createSession, launch, newContext, press, publish, retrieve, startDev, test } from "./harness.mjs";
import { look, readQR } from "./look.mjs";
import { startShop, told } from "./shop.mjs";
import { newIssuer, newWallet, writeTrust } from "./wallet.mjs";

let dev, browser, trust, wallet, mdl, identity;

before(async () => {
  trust = await mkdtemp(join(tmpdir(), "stile-trust-"));
  const issuer = await newIssuer();
  await writeTrust(issuer, trust);
  [dev, browser, wallet] = await Promise.all([startDev({ STILE_TRUST_DIR: trust }), launch(), newWallet({ issuer })]);
  [mdl, identity] = await Promise.all([
    publish(dev, { methods: ["mdl", "self_attestation"] }),
    publish(dev, { methods: ["eudi_pid"], jurisdictions: ["DE"] }),
  ]);
});
after(() => rm(trust, { recursive: true, force: true }));

const phone = { isMobile: true, hasTouch: true, viewport: { width: 390, height: 780 } };

/**
 * visit opens a session up to a method. Without `api` the browser has no Digital Credentials API; with `clock` the test
 * moves its time.
 */
async function visit({ workflow = mdl, fields = {}, api = true, clock = false, ...options } = {}) {
  const session = await createSession(dev, { workflow_id: workflow, ...fields });
  const page = await (await newContext(browser, options)).newPage();
  if (!api) await withoutAPI(page);
  if (clock) await page.clock.install();
  const begun = asked(page);
  await page.goto(session.url);
  await at(page, "intro");
  await press(page, "Continue");
  if (workflow === mdl) await page.getByRole("button", { name: /driving/ }).click();
  return { session, page, requests: (await begun).requests };
}

/** withoutAPI makes a page that of a browser without the Digital Credentials API, such as Firefox. */
const withoutAPI = (page) => page.addInitScript(() => delete window.DigitalCredential);

/** asked waits for the next question of a page, and returns it. */
async function asked(page) {
  const answer = await page.waitForResponse((response) => /\/methods\/\w+\/begin$/.test(response.url()));
  return (await answer.json()).data;
}

/** behave tells Chromium's virtual wallet what to do in a page, and in the frames of the page. */
async function behave(page, behaviour) {
  const session = await page.context().newCDPSession(page);
  await session.send("DigitalCredentials.setVirtualWalletBehavior", behaviour);
}

/** answers has the virtual wallet answer the requests as the wallet does. */
async function answers(page, requests, options) {
  const { protocol, data } = await (options?.wallet ?? wallet).digital(requests, dev.api, options);
  await behave(page, { action: "respond", protocol, response: data });
}

/** linkOf returns the address of the wallet app on a page. */
const linkOf = (page) => page.getByRole("link", { name: "Open the wallet app" }).getAttribute("href");

describe("a wallet", { concurrency: 2 }, () => {
  test("is asked by the browser, after a cancelled try, with the keyboard", async () => {
    const { session, page, requests } = await visit();
    await page.getByText("whether you are at least 16 or 18 years old").waitFor();
    await look(page, "method-mdl");
    await behave(page, { action: "decline" });
    await press(page, "Ask my wallet");
    await page.getByRole("alert").filter({ hasText: "Nothing was shared." }).waitFor();
    await look(page, "method-mdl", "wallet-cancelled", false);
    await answers(page, requests);
    await page.getByRole("button", { name: "Ask my wallet" }).press("Enter");
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "mdl");
  });

  test("is asked in the protocol of Annex C", async () => {
    const { page, requests } = await visit();
    await answers(page, requests, { protocol: "org-iso-mdoc" });
    await press(page, "Ask my wallet");
    await at(page, "verified");
  });

  test("is asked for the fields of an identity, which the page names", async () => {
    const { page, requests } = await visit({ workflow: identity, fields: { type: "identity", jurisdiction: "DE" } });
    await page.getByRole("listitem").filter({ hasText: "Family name" }).waitFor();
    await look(page, "method-eudi_pid");
    await page.locator("footer select").selectOption("ar");
    await look(page, "method-eudi_pid", "method-eudi_pid-ar", false);
    await answers(page, requests);
    await page.locator(".button-primary").click();
    await at(page, "verified");
  });

  test("of an unknown issuer is refused with the reason, and may be asked again", async () => {
    const { page, requests } = await visit();
    await answers(page, requests, { wallet: await newWallet({ kinds: ["mdl"] }) });
    await press(page, "Ask my wallet");
    await at(page, "setback");
    await page.getByText("Credentials of this issuer are not accepted here.").waitFor();
    const again = asked(page);
    await press(page, "Try again");
    await answers(page, (await again).requests);
    await press(page, "Ask my wallet");
    await at(page, "verified");
  });

  test("that answers nonsense is asked again", async () => {
    const { page } = await visit();
    await behave(page, { action: "respond", protocol: "openid4vp-v1-signed", response: { response: "e30" } });
    const again = asked(page);
    await press(page, "Ask my wallet");
    await page.getByRole("alert").filter({ hasText: "No usable answer" }).waitFor();
    await answers(page, (await again).requests);
    await press(page, "Ask my wallet");
    await at(page, "verified");
  });

  test("is asked anew when the question has expired, at last by the user", async () => {
    const { page } = await visit({ clock: true });
    for (let time = 0; time < 2; time++) {
      const again = asked(page);
      await page.clock.fastForward("09:30");
      await again;
    }
    await page.clock.fastForward("09:30");
    await page.getByRole("alert").filter({ hasText: "took too long" }).waitFor();
    const again = asked(page);
    await press(page, "Try again");
    await answers(page, (await again).requests);
    await press(page, "Ask my wallet");
    await at(page, "verified");
  });
});

describe("a wallet app", { concurrency: 2 }, () => {
  test("comes back to a new tab of the same browser, after it was refused", async () => {
    const { page } = await visit({ ...phone, api: false });
    await look(page, "method-mdl", "wallet-app");
    const refused = await wallet.redirect(await linkOf(page), { refuse: "access_denied" });
    await (await page.context().newPage()).goto(refused.redirect_uri);
    await at(page, "setback");
    await page.getByText("This check was cancelled.").waitFor();
    await press(page, "Try again");
    const { redirect_uri } = await wallet.redirect(await linkOf(page));
    const tab = await page.context().newPage();
    await tab.goto(redirect_uri);
    await look(tab, "returned-claimed", "returned-claimed", false);
    await at(page, "verified");
  });

  test("that does not open is told, and one in another browser gives a code", async () => {
    const { page } = await visit({ ...phone });
    const link = page.getByRole("link", { name: "Open the wallet app" });
    const href = await link.getAttribute("href");
    await link.click();
    await page.getByRole("alert").filter({ hasText: "No wallet app has opened." }).waitFor();
    await look(page, "wallet-away");
    const elsewhere = await (await newContext(browser, phone)).newPage();
    await elsewhere.goto((await wallet.redirect(href)).redirect_uri);
    await look(elsewhere, "returned-code", "returned-wallet", false);
    await look(page, "login-code", "login-code", false);
    await page.getByLabel("Code", { exact: true }).fill((await elsewhere.locator(".code").textContent()).trim());
    await press(page, "Continue");
    await at(page, "verified");
  });
});

describe("a browser that asks no wallet", { concurrency: 2 }, () => {
  test("leads to the phone, which goes on with the method after its number was chosen", async () => {
    const { session, page, requests } = await visit({ api: false });
    await page.getByText("This browser cannot ask a wallet.").waitFor();
    await look(page, "method-mdl", "wallet-phone");
    await press(page, "Continue on your phone");
    await at(page, "handoff");
    const other = await (await newContext(browser, phone)).newPage();
    await other.goto(await readQR(page));
    await press(other, "Continue");
    await at(other, "confirm");
    const number = (await page.locator(".number").textContent()).trim();
    await press(other, number);
    await look(other, "method-mdl", "wallet-on-phone", false);
    await answers(other, requests);
    await press(other, "Ask my wallet");
    await at(other, "verified");
    await at(page, "verified");
    assert.equal((await retrieve(dev, session.id)).verification_path, "mdl");
  });

  /** widget opens the method in a widget on a page with these headers. It returns page, frame and requests. */
  async function widget(headers) {
    const shop = await startShop(dev, dev.api, { headers });
    shop.workflow = mdl;
    const page = await (await newContext(browser)).newPage();
    await page.goto(shop.origin + shop.page('<stile-widget session-url="/start"></stile-widget>'));
    await press(page, "Verify");
    const frame = page.frameLocator("iframe");
    await frame.getByRole("button", { name: "Continue", exact: true }).click();
    const begun = asked(page);
    await frame.getByRole("button", { name: /driving/ }).click();
    return { page, frame, requests: (await begun).requests, stop: shop.stop };
  }

  test("is not that in the frame of the widget", async () => {
    const { page, frame, requests, stop } = await widget({});
    await answers(page, requests);
    await frame.getByRole("button", { name: "Ask my wallet" }).click();
    const { sessionId } = await told(page, "verified");
    assert.equal((await retrieve(dev, sessionId)).verification_path, "mdl");
    await stop();
  });

  test("is one whose policy forbids it, and leads to the phone", async () => {
    const { frame, stop } = await widget({ "Permissions-Policy": "digital-credentials-get=()" });
    await frame.getByText("This browser cannot ask a wallet.").waitFor();
    await frame.getByRole("button", { name: "Continue on your phone" }).click();
    await frame.locator('[data-screen="handoff"]').waitFor();
    await stop();
  });
});
