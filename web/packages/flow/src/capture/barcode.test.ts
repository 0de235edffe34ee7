import assert from "node:assert/strict";
import { test } from "node:test";
import { BarcodeWatch, patienceMs } from "./barcode.ts";
import type { Finding } from "./sample.ts";

/** settle lets what has been answered take effect. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

async function findings(reads: () => Promise<boolean | null>, samples: readonly [Finding, number][]) {
  const watch = new BarcodeWatch(reads);
  const found: Finding[] = [];
  for (const [finding, at] of samples) {
    found.push(watch.next(finding, at));
    await settle();
  }
  return found;
}

const good: [Finding, number][] = [["good", 0], ["good", 250], ["good", 500]];

test("a good picture waits until its barcode can be read", async () => {
  const answers = [false, true];
  const reads = () => Promise.resolve(answers.shift() ?? true);
  assert.deepEqual(await findings(reads, good), ["barcode", "barcode", "good"]);
});

test("a fault of the picture is told before that of the barcode", async () => {
  const reads = () => assert.fail("a picture that is not sharp is not searched");
  assert.deepEqual(await findings(reads, [["blurred", 0], ["moving", 250]]), ["blurred", "moving"]);
});

test("a picture without a barcode waits for a while", async () => {
  const long: [Finding, number][] = [["good", 0], ["good", patienceMs - 1], ["good", patienceMs]];
  const found = await findings(() => Promise.resolve(false), long);
  assert.deepEqual(found, ["barcode", "barcode", "good"]);
});

for (const [what, reads] of [
  ["no reader", () => Promise.resolve(null)],
  ["a reader that fails", () => Promise.reject(new Error("no camera"))],
] as const) {
  test(`${what} holds nothing back`, async () => {
    assert.deepEqual(await findings(reads, good), ["barcode", "good", "good"]);
  });
}

test("a picture is searched once at a time", async () => {
  let asked = 0;
  await findings(() => (asked++, new Promise(() => undefined)), good);
  assert.equal(asked, 1);
});
