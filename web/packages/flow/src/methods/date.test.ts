import assert from "node:assert/strict";
import { test } from "node:test";
import { dateOf } from "./date.ts";

const today = new Date("2026-11-28T12:00:00Z");

for (const [day, month, year, want] of [
  ["1", "2", "1980", "1980-02-01"],
  [" 01 ", "02", "1980", "1980-02-01"],
  ["١", "٢", "١٩٨٠", "1980-02-01"],
  ["１", "２", "１９８０", "1980-02-01"],
  ["29", "2", "2000", "2000-02-29"],
  ["29", "2", "2001", "impossible"],
  ["31", "4", "1990", "impossible"],
  ["0", "1", "1990", "impossible"],
  ["1", "13", "1990", "impossible"],
  ["1", "1", "1800", "impossible"],
  ["29", "11", "2026", "future"],
  ["", "1", "1990", "incomplete"],
  ["1", "x", "1990", "incomplete"],
  ["1", "1", "90", "incomplete"],
  ["1", "1", "-1990", "incomplete"],
] as const) {
  test(`${day}.${month}.${year} is ${want}`, () => {
    assert.equal(dateOf(day, month, year, today), want);
  });
}

for (const [year, want] of [
  ["2031", "2031-05-06"], ["2020", "2020-05-06"], ["2057", "impossible"], ["1995", "impossible"],
] as const) {
  test(`an expiry in ${year} is ${want}`, () => {
    assert.equal(dateOf("6", "5", year, today, "expiry"), want);
  });
}
