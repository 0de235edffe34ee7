import assert from "node:assert/strict";
import { test } from "node:test";
import type { MethodView } from "@stile/client";
import { againOf, shotsOf, typesOf } from "./sides.ts";

/** method returns a method that offers types, of which the workflow accepts some. */
function method(offered: string[] | null, accepted: string[]): MethodView {
  const choices = offered?.map((value) => ({ value, label: value, logo_url: null })) ?? null;
  const field = { name: "document_type", type: "string", required: false, media_types: [], choices };
  return { input: { fields: [field] }, document_types: accepted } as unknown as MethodView;
}

for (const [what, offered, accepted, types] of [
  ["the types of the method", ["ID_CARD", "PASSPORT"], [], ["ID_CARD", "PASSPORT"]],
  ["those that the workflow accepts", ["ID_CARD", "PASSPORT"], ["PASSPORT", "HEALTH_CARD"], ["PASSPORT"]],
  ["none where the method does not ask", null, ["PASSPORT"], []],
] as const) {
  test(`the user chooses from ${what}`, () => {
    assert.deepEqual(typesOf(method(offered && [...offered], [...accepted])), types);
  });
}

for (const [type, place, names, barcode] of [
  ["PASSPORT", "US-CA", ["front"], false],
  ["ID_CARD", "DE", ["front", "back"], false],
  ["ID_CARD", "US-CA", ["front", "back"], true],
  ["ID_CARD", null, ["front", "back"], false],
  ["DRIVERS_LICENSE", "DE", ["front", "back"], true],
  ["RESIDENCE_PERMIT", "US-CA", ["front", "back"], false],
  ["HEALTH_CARD", "FR", ["front", "back"], false],
  [null, null, ["front", "back"], false],
] as const) {
  test(`${type ?? "a document of any type"} in ${place} has the pictures ${names.join(" and ")}`, () => {
    const shots = shotsOf(type, place);
    assert.deepEqual(shots.map((one) => one.name), names);
    assert.equal(shots.some((one) => one.barcode), barcode);
  });
}

test("only the back of a card that needs one is never left out", () => {
  const optional = (type: string | null) => shotsOf(type, null).some((one) => one.optional);
  assert.deepEqual(
    [null, "HEALTH_CARD", "ID_CARD", "DRIVERS_LICENSE", "RESIDENCE_PERMIT"].map(optional),
    [true, true, false, false, false],
  );
});

test("a verdict about the back alone asks for the back, and any other for all pictures", () => {
  assert.deepEqual(againOf(["document_back_needed"]), ["back"]);
  assert.deepEqual(againOf(["image_blurred", "document_back_needed"]), ["back"]);
  assert.deepEqual(againOf(["barcode_unreadable"]), ["back"]);
  assert.equal(againOf(["image_blurred"]), null);
  assert.equal(againOf([]), null);
});
