import assert from "node:assert/strict";
import { test } from "node:test";
import { activate, anyOf, clock, dateFields, loadMethods, locale, onLocale, shortDate, t, tOr } from "./index.ts";

const day = new Date("1990-03-27");

test("a change of the language is told, and until the listener leaves", async () => {
  const told: string[] = [];
  const leave = onLocale(() => told.push(locale()));
  await activate("en", []);
  leave();
  await activate("en", []);
  assert.deepEqual(told, ["en"]);
  await assert.rejects(activate("xx", []), /no catalogue for xx/);
});

test("the language asked for last is the active one", async () => {
  await Promise.all([activate("de", []), activate("ja", [])]);
  assert.equal(locale(), "ja");
  await Promise.all([activate("ja", []), activate("de", [])]);
  assert.equal(locale(), "de");
});

test("the messages of methods' screens come when they are wanted, and in each language that follows", async () => {
  await activate("en", []);
  assert.equal(tOr("capture.start", "absent"), "absent");
  assert.equal(t("action.retry"), "Try again");
  const turn = activate("de", []); // which begins without them
  await Promise.all([turn, loadMethods()]);
  assert.equal(t("capture.start"), "Kamera starten");
  assert.equal(t("action.retry"), "Noch einmal versuchen");
  await activate("en", []);
  assert.equal(t("capture.start"), "Start the camera");
  await Promise.all([activate("fr", []), loadMethods()]);
  assert.equal(t("capture.start"), "Démarrer la caméra");
});

test("alternative numbers are joined as the language does", async () => {
  await activate("en", []);
  assert.equal(anyOf([21]), "21");
  assert.equal(anyOf([18, 21]), "18 or 21");
  await activate("fr", []);
  assert.equal(anyOf([18, 21]), "18 ou 21");
});

test("a duration is minutes and seconds", async () => {
  await activate("en", []);
  assert.equal(clock(0), "0:00");
  assert.equal(clock(65), "1:05");
  assert.equal(clock(600), "10:00");
  assert.equal(clock(60_000), "1000:00");
});

test("a date is written as in the user's region", async () => {
  await activate("en", ["en-US"]);
  assert.deepEqual([dateFields(), shortDate(day)], [["month", "day", "year"], "3/27/1990"]);
  await activate("en", ["en-GB"]);
  assert.deepEqual([dateFields(), shortDate(day)], [["day", "month", "year"], "27/03/1990"]);
});

test("an unknown key has the fallback", async () => {
  await activate("en", []);
  assert.equal(tOr("reason.timeout", "other"), "This check took too long.");
  assert.equal(tOr("reason.x_acme", "other"), "other");
});

test("a name in a right-to-left script is isolated from the text around it", async () => {
  await activate("en", []);
  assert.equal(t("action.return", { merchant: "Shop 24!" }), "Return to Shop 24!");
  assert.equal(t("action.return", { merchant: "متجر 24!" }), "Return to \u2068متجر 24!\u2069");
});

test("Arabic has its plurals, its digits by region, and isolated values", async () => {
  await activate("ar", ["ar-EG"]);
  assert.equal(t("choice.attempts", { attempts: 2 }), "بقيت محاولتان");
  assert.equal(t("choice.attempts", { attempts: 3 }), "بقيت ٣ محاولات");
  assert.equal(t("intro.proves.age", { age: 18 }), "تُثبت أن عمرك لا يقل عن ١٨ سنة.");
  assert.equal(clock(65), "١:٠٥");
  assert.equal(t("action.return", { merchant: "Shop" }), "العودة إلى \u2068Shop\u2069");
  assert.equal(t("phone.number.title", { number: 47 }), "اختر 47 على هاتفك", "both devices show the same digits");
  await activate("ar", ["ar-AE"]);
  assert.equal(clock(65), "1:05");
});

test("a date in Japanese begins with the year", async () => {
  await activate("ja", ["ja-JP-u-ca-japanese"]);
  assert.deepEqual([dateFields(), shortDate(day)], [["year", "month", "day"], "1990/3/27"]);
});
