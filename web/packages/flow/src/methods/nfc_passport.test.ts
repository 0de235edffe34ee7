import assert from "node:assert/strict";
import { test } from "node:test";
import { numberOf } from "./nfc_passport.tsx";

for (const [typed, number] of [
  ["L898902C3", "L898902C3"],
  [" l898 902c3 ", "L898902C3"],
  ["L898902C3<", "L898902C3"],
  ["Ｌ８９", "L89"],
  ["AB-12", "AB12"],
  ["", null],
  ["L8989/2C3", null],
  ["Ä12", null],
  ["12345678901234567890123", null],
] as const) {
  test(`the number ${JSON.stringify(typed)} is ${number}`, () => assert.equal(numberOf(typed), number));
}
