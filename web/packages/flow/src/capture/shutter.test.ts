import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding, Guide } from "./sample.ts";
import { pauseMs, Shutter } from "./shutter.ts";
import { quietMs, settledMs, Spoken } from "./spoken.ts";

/** sampleMs is the time between two findings of the table. */
const sampleMs = 250;
const [good, dark] = ["good", "dark"] as const;

/** taken returns the time of the picture; null if none is taken. `off` is when the user turns the automatic off. */
function taken(findings: readonly Finding[], given: { guide?: Guide; retake?: boolean; off?: number } = {}) {
  const shutter = new Shutter(given.guide ?? "card", given.retake ?? false);
  const times = findings.map((finding, index) => {
    const at = 7000 + index * sampleMs;
    const done = shutter.next(finding, at, index * sampleMs < (given.off ?? Infinity));
    return done === "take" ? index * sampleMs : -1;
  });
  const all = times.filter((at) => at >= 0);
  assert.ok(all.length <= 1, "one picture at the most");
  return all[0] ?? null;
}

const many = (finding: Finding, count: number): Finding[] => new Array<Finding>(count).fill(finding);

for (const [name, findings, given, at] of [
  ["a good picture that lasts", many(good, 20), {}, 1000],
  ["a good picture of less than a second", [...many(good, 4), dark], {}, null],
  ["a good picture that was interrupted", [...many(good, 4), dark, ...many(good, 5)], {}, 2250],
  ["a face", many(good, 20), { guide: "face" }, 2000],
  ["a good picture with the automatic off", many(good, 40), { off: 0 }, null],
  ["an automatic that is turned off in time", many(good, 40), { off: 900 }, null],
  ["the same picture after a retake", many(good, 40), { retake: true }, pauseMs + 1000],
  ...(["black", "dark", "blurred", "far", "align", "moving"] as const).map(
    (finding) => [`a picture that is found ${finding}`, many(finding, 40), {}, null] as const,
  ),
] as const) {
  test(`${name} is taken ${at === null ? "not at all" : `after ${at} ms`}`, () => {
    assert.equal(taken(findings, given), at);
  });
}

/** said returns the hints that are spoken, with their times. A hint comes every 100 ms. */
function said(hints: string): [string, number][] {
  const spoken = new Spoken<string>();
  const all = [...hints].map((hint, index): [string | null, number] => [spoken.next(hint, index * 100), index * 100]);
  return all.filter(([hint], index) => hint !== null && hint !== all[index - 1]?.[0]) as [string, number][];
}

for (const [name, hints, expected] of [
  ["a hint that lasts is said once", "d".repeat(100), [["d", settledMs]]],
  ["a hint that passes is not said", "ddd" + "g".repeat(40), [["g", 300 + settledMs]]],
  ["hints that flicker are not said", "dg".repeat(50), []],
  ["the next hint waits", "d".repeat(10) + "g".repeat(60), [["d", settledMs], ["g", settledMs + quietMs]]],
  ["a hint that returns meanwhile is not said again", "d".repeat(10) + "g".repeat(9) + "d".repeat(60), [["d", 700]]],
] as const) {
  test(name, () => assert.deepEqual(said(hints), expected));
}

test("changes that never end are said at most once in the time of quiet", () => {
  const times = said("dddddddddgggggggggg".repeat(40)).map(([, at]) => at);
  assert.ok(times.length > 5);
  times.slice(1).forEach((at, index) => assert.ok(at - times[index]! >= quietMs, `${times[index]} and ${at}`));
});
