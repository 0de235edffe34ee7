import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { at, createSession, newContext, publish, retrieve, stage, test } from "./harness.mjs";
import { look } from "./look.mjs";

let dev, browser;
before(async () => ({ dev, browser } = await stage()));

/** open opens a session's page in a browser of a language, and waits for the introduction. */
async function open(session, language, query = "") {
  const context = await newContext(browser, { locale: language });
  const page = await context.newPage();
  const url = new URL(session.url);
  url.search = query;
  await page.goto(url.href);
  await at(page, "intro");
  return page;
}

/** speaks waits until the page is in a language, written in its direction. */
async function speaks(page, language, direction = "ltr") {
  await page.waitForSelector(`html[lang="${language}"][dir="${direction}"]`);
  assert.equal(await page.locator("footer select").inputValue(), language);
}

describe("the language of the page", { concurrency: true }, () => {
  test("is the browser's, and Arabic runs from right to left", async () => {
    const page = await open(await createSession(dev), "ar-EG");
    await speaks(page, "ar", "rtl");
    assert.match(await page.title(), /^التحقق لصالح /);
  });

  test("is the session's before the browser's", async () => {
    await speaks(await open(await createSession(dev, { locale: "de-AT" }), "fr-FR"), "de");
  });

  test("is the browser's if the page does not have the session's", async () => {
    await speaks(await open(await createSession(dev, { locale: "nl" }), "fr-FR"), "fr");
  });

  test("is that of the address before the session's", async () => {
    await speaks(await open(await createSession(dev, { locale: "de" }), "fr-FR", "?locale=ja"), "ja");
  });

  test("is the session's if the page does not have that of the address", async () => {
    await speaks(await open(await createSession(dev, { locale: "de" }), "fr-FR", "?locale=xx"), "de");
  });

  test("is the user's choice, also after a reload", async () => {
    const page = await open(await createSession(dev, { locale: "de" }), "fr-FR");
    await speaks(page, "de");
    await page.locator("footer select").selectOption("es");
    await speaks(page, "es");
    await page.reload();
    await at(page, "intro");
    await speaks(page, "es");
  });

  test("is that of the consent, and the session records it", async () => {
    const workflow = await publish(dev, { methods: ["facial_age", "self_attestation"], jurisdictions: ["US-IL"] });
    const session = await createSession(dev, { workflow_id: workflow, jurisdiction: "US-IL", locale: "de" });
    const page = await open(session, "fr-FR");
    await speaks(page, "de");
    await page.getByRole("button", { name: "Weiter", exact: true }).click();
    await page.getByRole("button", { name: /Selfie/ }).click();
    await page.getByText("Sandbox Shop bittet um Ihre Einwilligung").waitFor();
    await page.locator("footer select").selectOption("ar");
    await look(page, "consent", "consent-ar");
    await page.locator('p[lang="ar"][dir="rtl"]').filter({ hasText: "موافقتك" }).waitFor();
    await page.getByRole("checkbox").check();
    await page.locator(".button-primary").click();
    await at(page, "capture-face");
    assert.equal((await retrieve(dev, session.id)).consent_text_version, "2026-11-28-ar");
  });

  for (const language of ["ar", "de", "es", "fr", "it", "ja", "pt"]) {
    test(`${language} fits on a screen of 320 pixels, and is accessible`, async () => {
      const page = await open(await createSession(dev), language);
      await look(page, "intro", `intro-${language}`, language === "ar");
      await page.locator(".button-primary").click();
      await look(page, "choice", `choice-${language}`, language === "ar");
      await page.locator(".method").last().click();
      await look(page, "method-self_attestation", `method-self_attestation-${language}`, language === "ar");
    });
  }

  test("stays while the chosen one cannot be loaded", async () => {
    const page = await open(await createSession(dev), "de-DE");
    await page.route("**/chunks/it.js", (route) => route.abort());
    const refused = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/it.js"));
    await page.locator("footer select").selectOption("it");
    await refused;
    await page.waitForFunction(() => document.querySelector("footer select").value === "de");
    await speaks(page, "de");
  });
});
