import type { Box, Grey } from "./grey.ts";

/** [width, height] is the size of the pictures that the tests draw: that of a sample. */
const [width, height] = [320, 240];
/** cardFrame is where the frame of a card is in them. */
export const cardFrame: Box = { left: 22, top: 33, width: 275, height: 174 };

/** Scene is a picture that a test draws: a document with lines of print and a dark square for the portrait. */
export interface Scene {
  /** scale is the size of the document against the frame; 0 draws none. */
  scale: number;
  /** shift moves the document to the right, and askew tilts it, in degrees. */
  shift?: number;
  askew?: number;
  /** table is the light of the surface below the document. */
  table?: (x: number, y: number) => number;
  /** blur is how many pixels on each side are mixed into one. */
  blur?: number;
  /** light multiplies everything. */
  light?: number;
  paper?: number;
  /** shine is the size of a reflection in the middle of the picture, in pixels. */
  shine?: number;
}

/** dull is a table of one colour. */
export const dull = () => 90;
/** grain is a wooden table: soft stripes with noise. */
export const grain = (x: number, y: number) => 95 + 8 * Math.sin(x / 7 + 2 * Math.sin(y / 60)) + 3 * noise(x, y);
/** pile is a heap of sharp things of all shades, without a straight line that is as long as a document. */
export const pile = (x: number, y: number) => 128 + 100 * noise(Math.floor(x / 9), Math.floor(y / 7));

/** noise returns a number from -1 to 1 that looks random, the same for the same place. */
function noise(x: number, y: number): number {
  const value = Math.sin(x * 12.9898 + y * 78.233) * 43758.5453;
  return 2 * (value - Math.floor(value)) - 1;
}

/** draw returns the picture of a scene. */
export function draw(scene: Scene): Grey {
  const light = new Float32Array(width * height);
  for (let at = 0; at < light.length; at++) {
    light[at] = Math.min(255, (scene.light ?? 1) * lightAt(scene, at % width, Math.floor(at / width)));
  }
  return blurred({ light, width, height }, scene.blur ?? 0);
}

function lightAt(scene: Scene, x: number, y: number): number {
  if (Math.hypot(x - width / 2, y - height / 2) < (scene.shine ?? 0)) return 255;
  const angle = ((scene.askew ?? 0) * Math.PI) / 180;
  const [right, down] = [x - width / 2 - (scene.shift ?? 0), y - height / 2];
  const across = (right * Math.cos(angle) + down * Math.sin(angle)) / (cardFrame.width * scene.scale);
  const below = (down * Math.cos(angle) - right * Math.sin(angle)) / (cardFrame.height * scene.scale);
  if (scene.scale === 0 || Math.abs(across) > 0.5 || Math.abs(below) > 0.5) return (scene.table ?? dull)(x, y);
  return document(across + 0.5, below + 0.5, scene.paper ?? 215);
}

/** document returns the light of a document at a place from 0 to 1. */
function document(x: number, y: number, paper: number): number {
  if (x > 0.06 && x < 0.34 && y > 0.2 && y < 0.75) return 120 + 60 * noise(Math.floor(x * 24), Math.floor(y * 20));
  const line = Math.floor(y * 18) % 2 === 1 && y > 0.1 && y < 0.94;
  const letter = noise(Math.floor(x * 60), Math.floor(y * 18)) > -0.2;
  return x > 0.4 && x < 0.95 && line && letter ? 40 : paper;
}

function blurred(picture: Grey, by: number): Grey {
  const pass = (from: Float32Array, step: number) => {
    const mixed = new Float32Array(from.length);
    for (let at = 0; at < from.length; at++) {
      let sum = 0;
      for (let away = -by; away <= by; away++) sum += from[Math.min(from.length - 1, Math.max(0, at + away * step))]!;
      mixed[at] = sum / (2 * by + 1);
    }
    return mixed;
  };
  if (by === 0) return picture;
  return { ...picture, light: pass(pass(picture.light, 1), width) };
}
