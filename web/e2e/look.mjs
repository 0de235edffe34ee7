// Looks at a screen as people do: small and large, light and dark, with the rules of WCAG 2.2 AA; and reads QR codes.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import jsQR from "jsqr";
import { PNG } from "pngjs";
import { at } from "./harness.mjs";

const axe = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
/** pictures is the folder for pictures of every screen; none are taken without it. */
const pictures = process.env.STILE_PICTURES;
const all = [["desktop", "light"], ["desktop", "dark"], ["phone", "light"], ["phone", "dark"]];
/** audited are the looks that the rules are checked on: each size and each colour scheme once. */
const audited = [["desktop", "light"], ["phone", "dark"]];
const sizes = { desktop: { width: 1024, height: 720 }, phone: { width: 390, height: 780 } };

/**
 * look waits for a screen and checks it, or takes its pictures where those are wanted. They have the screen's name,
 * unless another is given. A screen that is not `shown` has none.
 */
export async function look(page, screen, name = screen, shown = true) {
  await at(page, screen);
  const before = page.viewportSize();
  const taken = pictures && shown;
  for (const [device, colorScheme] of taken ? all : audited) {
    await page.setViewportSize(sizes[device]);
    await page.emulateMedia({ colorScheme });
    if (taken) await picture(page, `${name}-${device}-${colorScheme}`);
    if (!pictures) await accessible(page, `${name} (${device}, ${colorScheme})`);
  }
  await narrow(page, name);
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: null });
}

/** picture takes a picture of a page, where pictures are wanted. */
export async function picture(page, name) {
  if (!pictures) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, animations: "disabled", caret: "hide" });
}

async function accessible(page, what) {
  assert.deepEqual(await violations(page), [], what);
}

/** levels are the rules of WCAG 2.2 AA. */
const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** audit checks a merchant's page, with its shadow roots, and its frames. The shop's own page is no good practice. */
export async function audit(page, what) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const frame of page.frames()) {
      const found = await violations(frame, frame === page.mainFrame() ? levels : undefined);
      assert.deepEqual(found, [], `${what} (${colorScheme}) at ${frame.url()}`);
    }
  }
  await page.emulateMedia({ colorScheme: null });
}

/** violations returns the rules of accessibility that a page or a frame breaks, as texts. */
async function violations(frame, runOnly = [...levels, "best-practice"]) {
  if (!await frame.evaluate(() => "axe" in window)) await frame.evaluate(axe);
  return frame.evaluate(async (runOnly) => {
    const { violations } = await window.axe.run(document, { runOnly, resultTypes: ["violations"], iframes: false });
    return violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(" ")}`);
  }, runOnly);
}

/** narrow checks that nothing is cut off at 320 CSS pixels, as 1280 are at a zoom of 400% (WCAG 1.4.10). */
async function narrow(page, what) {
  await page.setViewportSize({ width: 320, height: 480 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 320, `${what} is ${wide} pixels wide at 320`);
}

/** readQR returns the text of the QR code on the page, from a screenshot. */
export async function readQR(page) {
  const { data, width, height } = PNG.sync.read(await page.locator(".qr").screenshot());
  const code = jsQR(new Uint8ClampedArray(data), width, height);
  assert.ok(code, "the screenshot shows no readable QR code");
  return code.data;
}
