import assert from "node:assert/strict";
import { test } from "node:test";
import { brandOf } from "./brand.ts";

for (const [color, text] of [
  ["#000000", "#fff"],
  ["#FFFFFF", "#000"],
  ["#1a56db", "#fff"],
  ["#ffd500", "#000"],
  ["#747474", "#fff"],
  ["#777777", "#000"],
] as const) {
  test(`the text on ${color} is ${text}`, () => assert.deepEqual(brandOf(color), { color, text }));
}

test("what is no colour is no brand", () => {
  for (const color of [null, "", "red", "#fff", "#12345g", "url(x)", "#1a56db;--x:1"]) {
    assert.equal(brandOf(color), null);
  }
});
