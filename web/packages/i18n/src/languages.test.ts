import assert from "node:assert/strict";
import { test } from "node:test";
import { direction, locales, nameOf, negotiate, regional } from "./languages.ts";

const known = ["ar", "de", "en", "pt", "pt-PT", "zh-Hant"];

for (const [wanted, want] of [
  [["de"], "de"],
  [["de-AT"], "de"],
  [["DE-at"], "de"],
  [["pt-PT", "de"], "pt-PT"],
  [["pt-BR", "de"], "pt"],
  [["zh-Hant-TW"], "zh-Hant"],
  [["zh-Hans", "de"], "de"],
  [["nl", "ar-EG", "de"], "ar"],
  [[null, undefined, "", "de"], "de"],
  [["nl"], "en"],
  [["dee"], "en"],
  [[], "en"],
] as [(string | null | undefined)[], string][]) {
  test(`negotiate gives ${want} for ${JSON.stringify(wanted)}`, () => {
    assert.equal(negotiate(wanted, known), want);
  });
}

for (const [preferred, want] of [
  [["en-GB", "en-US"], "en-GB"],
  [["de-DE", "en-AU"], "en-AU"],
  [["en", "en-GB"], "en"],
  [["enm"], "en"],
  [[], "en"],
] as const) {
  test(`English is written as in ${want} for a user of ${JSON.stringify(preferred)}`, () => {
    assert.equal(regional("en", preferred), want);
  });
}

for (const [tag, want] of Object.entries({
  ar: "rtl", "ar-EG": "rtl", fa: "rtl", he: "rtl", ur: "rtl", ckb: "rtl", dv: "rtl", nqo: "rtl", "az-Arab": "rtl",
  "pa-PK": "rtl",
  en: "ltr", ja: "ltr", az: "ltr", pa: "ltr", "ar-Latn": "ltr", "ur-Latn": "ltr",
})) {
  test(`${tag} is written ${want}`, () => {
    assert.equal(direction(tag), want);
  });
}

test("a language has its own name, and an unknown one its tag", () => {
  assert.ok(locales.includes("en"));
  assert.equal(nameOf("en"), "English");
  assert.equal(nameOf("xx"), "xx");
});
