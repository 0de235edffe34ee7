// The example shop: the order is released by the signed webhook alone.
import assert from "node:assert/strict";
import { before, describe } from "node:test";
import { newContext, press, stage, test } from "./harness.mjs";
import { picture } from "./look.mjs";

let dev, browser;
before(async () => ({ dev, browser } = await stage()));

async function buy() {
  const page = await (await newContext(browser, { viewport: { width: 900, height: 640 } })).newPage();
  const created = page.waitForResponse((response) => response.url().endsWith("/api/orders"));
  await page.goto(dev.shop);
  await press(page, "Buy the ticket");
  const { id } = await (await created).json();
  return { page, id };
}

function state(page, status) {
  return page.waitForSelector(`#state[data-status="${status}"]`);
}

async function verification(page) {
  await press(page, "Verify your age");
  const frame = page.frameLocator("iframe");
  await frame.locator('[data-screen="intro"]').waitFor();
  await frame.getByRole("button", { name: "Continue" }).click();
  await frame.getByRole("button", { name: /Your date of birth/ }).click();
  return frame;
}

async function attest(frame, year) {
  await frame.getByLabel("Day").fill("1");
  await frame.getByLabel("Month").fill("2");
  await frame.getByLabel("Year").fill(year);
  await frame.getByRole("checkbox").check();
  await frame.getByRole("button", { name: "Continue" }).click();
}

function order(id) {
  return fetch(`${dev.shop}/api/orders/${id}`).then((response) => response.json());
}

describe("the example shop", { concurrency: 2 }, () => {
  test("releases the order of a verified buyer", async () => {
    const { page, id } = await buy();
    await state(page, "waiting");
    await picture(page, "shop");
    const frame = await verification(page);
    await picture(page, "shop-verification");
    await attest(frame, "1980");
    await state(page, "released");
    await picture(page, "shop-released");
    assert.equal((await order(id)).status, "released");
  });

  test("releases nothing for a forged event or a forged webhook", async () => {
    const { page, id } = await buy();
    await state(page, "waiting");
    await page.evaluate(() => {
      const widget = document.querySelector("stile-widget");
      for (const name of ["stile:verified", "stile:server-confirmed"]) {
        widget.dispatchEvent(new CustomEvent(name, { detail: { sessionId: "vks_forged" }, bubbles: true }));
      }
    });
    await state(page, "waiting");
    const forged = await fetch(`${dev.shop}/webhooks`, {
      method: "POST",
      headers: { "Stile-Signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` },
      body: JSON.stringify({ id: "evt_1", type: "verification_session.verified", data: { client_reference_id: id } }),
    });
    assert.equal(forged.status, 400);
    assert.equal((await order(id)).status, "waiting");
  });

  test("keeps the order waiting while its buyer fails", async () => {
    const { page, id } = await buy();
    const frame = await verification(page);
    await attest(frame, "2020");
    await frame.locator('[data-screen="setback"]').waitFor();
    await page.keyboard.press("Escape");
    await state(page, "waiting");
    assert.equal((await order(id)).status, "waiting");
  });
});
