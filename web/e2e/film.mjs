// Films for Chromium's test camera, in the format YUV4MPEG2: a document on a table.
import { writeFile } from "node:fs/promises";

const [width, height] = [320, 240];
/** frameWidth and frameHeight are the size of the guide for a card in such a picture. */
const [frameWidth, frameHeight] = [275, 174];
/** framesASecond is the speed of the films. */
const framesASecond = 5;

/** scenes are the pictures of films by their names. */
const scenes = {
  good: document(0.97),
  dark: document(0.97).map((one) => one / 5),
  blurred: blur(document(0.97), 7),
  far: document(0.4),
  black: new Uint8Array(width * height).fill(16),
};

/** film writes a film of scenes, each given as its name and its seconds. The camera shows it again and again. */
export async function film(path, parts) {
  const frames = parts.flatMap(([scene, seconds]) => new Array(seconds * framesASecond).fill(frame(scenes[scene])));
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesASecond}:1 Ip A1:1 C420mpeg2\n`);
  await writeFile(path, Buffer.concat([header, ...frames]));
}

function frame(light) {
  const colour = Buffer.alloc((width * height) / 2, 128);
  return Buffer.concat([Buffer.from("FRAME\n"), Buffer.from(light), colour]);
}

/** document returns the luminances of a picture with a document of some size against the frame, with lines of print. */
function document(scale) {
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const x = (at % width - width / 2) / (frameWidth * scale) + 0.5;
    const y = (Math.floor(at / width) - height / 2) / (frameHeight * scale) + 0.5;
    if (x < 0 || x > 1 || y < 0 || y > 1) return 90;
    const letter = Math.floor(y * 18) % 2 === 1 && Math.floor(x * 60) % 4 !== 0;
    return x > 0.05 && x < 0.95 && y > 0.05 && y < 0.95 && letter ? 40 : 215;
  });
}

/** blur mixes each pixel with those around it. */
function blur(light, by) {
  const mix = (from, step) => from.map((_, at) => {
    let sum = 0;
    for (let away = -by; away <= by; away++) sum += from[Math.min(from.length - 1, Math.max(0, at + away * step))];
    return sum / (2 * by + 1);
  });
  return mix(mix(light, 1), width);
}
