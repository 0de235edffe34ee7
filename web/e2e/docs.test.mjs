// The documentation site: readable by everybody, searched without a network, and its forms call the API.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { newContext, retrieve, stage, test } from "./harness.mjs";
import { audit } from "./look.mjs";

let dev, browser;
before(async () => ({ dev, browser } = await stage()));

/** read opens a page of the site, and fails the test for a request to another origin. */
async function read(path, options) {
  const page = await (await newContext(browser, options)).newPage();
  page.on("request", (request) => assert.equal(new URL(request.url()).origin, dev.api));
  await page.goto(dev.api + path);
  return page;
}

describe("the documentation", { concurrency: true }, () => {
  for (const path of ["/docs", "/docs/architecture", "/docs/errors", "/docs/getting-started", "/docs/api/risk"]) {
    test(`${path} is accessible in light and dark, and fits on a phone`, async () => {
      const page = await read(path);
      await page.locator("#site-query").waitFor();
      if (path.startsWith("/docs/api/")) await page.locator("details.try").first().click();
      await audit(page, path);
      await page.setViewportSize({ width: 320, height: 640 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 320, `${path} is ${wide} pixels wide at 320`);
    });
  }

  test("draws its diagrams under the policy of the pages", async () => {
    const page = await read("/docs/architecture");
    for (const drawing of await page.locator(".diagram img").all()) {
      await drawing.scrollIntoViewIfNeeded();
      await drawing.evaluate((image) => image.decode());
      assert.ok(await drawing.evaluate((image) => image.naturalWidth > 0));
    }
    await page.getByText("The diagram as text").first().click();
    await page.getByText("flowchart LR").waitFor();
    await page.locator(".diagram a").first().click();
    await page.waitForURL("**/docs/diagrams/*.svg");
  });

  test("is searched with the keyboard", async () => {
    const page = await read("/docs/webhooks");
    await page.getByRole("searchbox").focus();
    await page.keyboard.type("handoff_token_exp");
    await page.getByRole("status").filter({ hasText: /^\d+ found$/ }).waitFor();
    await audit(page, "results of the search");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/docs\/errors#handoff_token_expired$/);
    await page.getByRole("searchbox").fill("nothingofthekind");
    await page.getByText("Nothing found").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Nothing found").waitFor({ state: "hidden" });
  });

  test("calls the API with a key that only the page has", async () => {
    const page = await read("/docs/api/verification-sessions");
    const form = page.locator("details.try", { hasText: "Try it: Create a verification session" });
    await form.locator("summary").click();
    await form.getByLabel("Bearer").fill("stile_sk_wrong");
    const body = { type: "age", workflow_id: dev.sandbox.workflow, jurisdiction: "US" };
    await form.getByLabel("Body").fill(JSON.stringify(body));
    await form.getByRole("button", { name: "Send POST" }).click();
    await form.getByText("POST /v1/verification_sessions: 401").waitFor();
    await form.getByLabel("Bearer").fill(dev.sandbox.secret_key);
    await form.getByRole("button", { name: "Send POST" }).click();
    await form.getByText("POST /v1/verification_sessions: 201").waitFor();
    const session = JSON.parse(await form.locator("pre").innerText());
    assert.equal((await retrieve(dev, session.id)).status, "created");

    const other = page.locator("details.try", { hasText: "Try it: Retrieve a verification session" });
    await other.locator("summary").click();
    await other.getByLabel("id (path, required)").fill(session.id);
    await other.getByRole("button", { name: "Send GET" }).click();
    await other.getByText(`GET /v1/verification_sessions/${session.id}: 200`).waitFor();

    const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    assert.deepEqual(kept, [0, 0, ""]);
    await page.reload();
    await form.locator("summary").click();
    assert.equal(await form.getByLabel("Bearer").inputValue(), "");
  });
});
