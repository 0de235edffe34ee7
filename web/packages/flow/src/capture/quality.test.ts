import assert from "node:assert/strict";
import { test } from "node:test";
import { faultOf } from "./camera.ts";
import { greyOf } from "./grey.ts";
import { qualityOf } from "./quality.ts";

const [width, height] = [16, 12];

/** picture returns the RGBA bytes of a grey picture. */
function picture(light: (x: number, y: number) => number): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    pixels.fill(light(at % width, Math.floor(at / width)), at * 4, at * 4 + 3);
    pixels[at * 4 + 3] = 255;
  }
  return pixels;
}

for (const [what, light, quality] of [
  ["nothing", () => 0, "black"],
  ["noise of a covered sensor", (x: number) => x % 5, "black"],
  ["a dark room", (x: number) => (x % 2) * 60, "dark"],
  ["one bright lamp in the dark", (x: number, y: number) => (x === 3 && y === 3 ? 255 : 5), "dark"],
  ["an even wall", () => 180, "blurred"],
  ["a slow change of light", (x: number) => 100 + x * 4, "blurred"],
  ["lines of print", (x: number) => (x % 4 < 2 ? 40 : 220), "good"],
] as const) {
  test(`a picture of ${what} is ${quality}`, () => {
    assert.equal(qualityOf(greyOf(picture(light), width, height)), quality);
  });
}

for (const [name, fault] of [
  ["NotAllowedError", "denied"],
  ["NotFoundError", "absent"],
  ["OverconstrainedError", "absent"],
  ["SecurityError", "blocked"],
  ["NotReadableError", "busy"],
  ["AbortError", "busy"],
] as const) {
  test(`${name} means that the camera is ${fault}`, () => assert.equal(faultOf(name), fault));
}
