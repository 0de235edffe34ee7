import assert from "node:assert/strict";
import { test } from "node:test";
import { fillOf, sidesOf } from "./document.ts";
import { cut, scaled } from "./grey.ts";
import { Samples, type Finding, type Guide } from "./sample.ts";
import { cardFrame, draw, dull, grain, pile, type Scene } from "./scene.ts";

/** fillIn returns the estimate for a scene, in per cent. */
function fillIn(scene: Scene): number | null {
  const fill = fillOf(cut(draw(scene), cardFrame));
  return fill === null ? null : Math.round(fill * 100);
}

for (const table of [dull, grain]) {
  for (const scale of [0.25, 0.4, 0.5, 0.75, 0.95]) {
    test(`a document of ${scale * 100}% on a ${table.name} table is measured within 10 points`, () => {
      const fill = fillIn({ scale, table });
      assert.ok(fill !== null && Math.abs(fill - scale * 100) <= 10, `${fill}%`);
    });
  }
}

test("an empty table has no fill, and a pile of things fills the frame", () => {
  assert.equal(fillIn({ scale: 0 }), null);
  assert.ok(fillIn({ scale: 0, table: pile })! >= 85);
});

for (const [name, scene, sides] of [
  ["in the frame", { scale: 0.97 }, 4],
  ["a little askew", { scale: 0.95, askew: 2.5 }, 4],
  ["on a wooden table", { scale: 1, table: grain }, 4],
  ["that is darker than the table", { scale: 0.97, table: () => 235, paper: 150 }, 4],
  ["moved to the right", { scale: 0.97, shift: 12 }, 4],
  ["far beside the frame", { scale: 0.97, shift: 60 }, 2],
  ["far away", { scale: 0.5 }, 0],
  ["that is not there", { scale: 0, table: grain }, 0],
  ["lost in a pile", { scale: 0, table: pile }, 0],
] as [string, Scene, number][]) {
  test(`a document ${name} has ${sides} sides on those of the frame`, () => {
    assert.equal(sidesOf(draw(scene), cardFrame), sides);
  });
}

const placed: Scene = { scale: 0.97 };
for (const [name, guide, scenes, finding] of [
  ["a document in the frame", "card", [placed, placed], "good"],
  ["the first picture, before it is known to be still", "card", [placed], "moving"],
  ["a hand that trembles", "card", [placed, { ...placed, shift: 1 }], "good"],
  ["a document that moves", "card", [placed, { ...placed, shift: 9 }], "moving"],
  ["a document that arrives", "card", [{ scale: 0 }, placed], "moving"],
  ["a document far away", "card", [{ scale: 0.4 }, { scale: 0.4 }], "far"],
  ["a document beside the frame", "card", [{ ...placed, shift: 60 }, { ...placed, shift: 60 }], "align"],
  ["a pile of things", "card", [{ scale: 0, table: pile }, { scale: 0, table: pile }], "align"],
  ["an empty table", "card", [{ scale: 0 }, { scale: 0 }], "blurred"],
  ["a document out of focus", "card", [{ ...placed, blur: 6 }, { ...placed, blur: 6 }], "blurred"],
  ["a far document out of focus", "card", [{ scale: 0.4, blur: 6 }, { scale: 0.4, blur: 6 }], "blurred"],
  ["a document in the dark", "card", [{ ...placed, light: 0.25 }, { ...placed, light: 0.25 }], "dark"],
  ["a document that reflects a lamp", "card", [{ ...placed, shine: 24 }, { ...placed, shine: 24 }], "glare"],
  ["a document with a bright speck", "card", [{ ...placed, shine: 6 }, { ...placed, shine: 6 }], "good"],
  ["a document on white paper", "card", [{ ...placed, paper: 245 }, { ...placed, paper: 245 }], "good"],
  ["a face before a window", "face", [{ ...placed, shine: 24 }, { ...placed, shine: 24 }], "good"],
  ["a covered camera", "card", [{ ...placed, light: 0.02 }, { ...placed, light: 0.02 }], "black"],
  ["a face, of which no size is known", "face", [{ scale: 0.4 }, { scale: 0.4 }], "good"],
] as [string, Guide, Scene[], Finding][]) {
  test(`the finding of ${name} is ${finding}`, () => {
    const samples = new Samples(guide);
    assert.equal(scenes.map((scene) => samples.judge(draw(scene), cardFrame)).at(-1), finding);
  });
}

test("the frame on the page becomes that of the sample", () => {
  const [frame, view] = [{ left: 40, top: 50, width: 172, height: 60 }, { left: 10, top: 20, width: 200, height: 150 }];
  assert.deepEqual(scaled(frame, view, 320, 240), { left: 48, top: 48, width: 275.2, height: 96 });
});
