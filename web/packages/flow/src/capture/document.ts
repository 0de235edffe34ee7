import { edgesOf, ranked, type Box, type Grey } from "./grey.ts";

/** faintest is the weakest edge that counts as print, also as a share of the sharpest. Grain and noise lie below. */
const faintest = 12;
const faintestShare = 0.2;
/** strongest is the edge beyond which a stronger one counts no more, so that a bright line hides no print. */
const strongest = 60;
/** fewest is the share of the picture that must have print before the print says where the document is. */
const fewest = 0.004;
/** ignored is the share of the print on each side that does not count: specks and the edge of another thing. */
const ignored = 0.05;

/**
 * fillOf estimates how much of the frame the document fills, from 0 to 1: the extent of the print in the picture of the
 * frame, across or down, whichever is larger. It returns null where there is no print. In front of a pattern that
 * fills the frame it returns about 0.9.
 */
export function fillOf(frame: Grey): number | null {
  const edges = edgesOf(frame);
  const least = Math.max(faintest, ranked(edges, 0.99) * faintestShare);
  const columns = new Float32Array(edges.width);
  const rows = new Float32Array(edges.height);
  let count = 0;
  edges.light.forEach((edge, at) => {
    if (edge < least) return;
    const weight = Math.min(edge, strongest);
    columns[at % edges.width]! += weight;
    rows[Math.floor(at / edges.width)]! += weight;
    count++;
  });
  if (count < edges.light.length * fewest) return null;
  return Math.max(extent(columns), extent(rows));
}

/** extent returns the share of the positions that have the weights, without those that are ignored. */
function extent(weights: Float32Array): number {
  const all = weights.reduce((sum, one) => sum + one, 0);
  let [sum, first, last] = [0, -1, weights.length];
  weights.forEach((one, at) => {
    sum += one;
    if (first < 0 && sum > all * ignored) first = at;
    if (sum < all * (1 - ignored)) last = at;
  });
  return (last - first + 1) / weights.length;
}

/** reach is how far from the frame a side of the document may lie, as a share of the frame's size. */
const reach = 0.12;
/** tilts are the slopes at which a side is looked for: a document may lie up to four degrees askew. */
const tilts = [-0.07, -0.05, -0.035, -0.0175, 0, 0.0175, 0.035, 0.05, 0.07];
/** sideContrast is the difference of light between the document and the table. */
const sideContrast = 10;
/** wholeFrom is the share of a side that must show it: a finger may cover the rest. */
const wholeFrom = 0.75;

/** Side is where one side of the document is looked for: a line across or down, near a side of the frame. */
interface Side {
  across: boolean;
  from: number;
  length: number;
  near: number;
  depth: number;
}

/**
 * sidesOf returns how many of the four sides of a document lie on those of the frame. A side is a straight line, and
 * the same surface is lighter all along it. A pattern or a pile of things has no such line.
 */
export function sidesOf(picture: Grey, { left, top, width, height }: Box): number {
  const [row, column] = [
    { across: true, from: left, length: width, depth: height },
    { across: false, from: top, length: height, depth: width },
  ];
  const sides: Side[] = [
    { ...row, near: top }, { ...row, near: top + height }, { ...column, near: left }, { ...column, near: left + width },
  ];
  return sides.filter((side) => isShown(picture, side)).length;
}

function isShown(picture: Grey, side: Side): boolean {
  const away = Math.round(side.depth * reach);
  for (let at = -away; at <= away; at++) {
    if (tilts.some((tilt) => isLine(picture, side, side.near + at, tilt))) return true;
  }
  return false;
}

/** isLine reports whether the light changes in the same direction all along a line. Rounded corners are left out. */
function isLine({ light, width, height }: Grey, side: Side, at: number, tilt: number): boolean {
  const [most, next, beside] = side.across ? [height, width, 1] : [width, 1, width];
  const [start, end] = [Math.round(side.from + side.length * 0.1), Math.round(side.from + side.length * 0.9)];
  let [lighter, darker] = [0, 0];
  for (let on = start; on < end; on++) {
    const line = Math.round(at + (on - (start + end) / 2) * tilt);
    if (line < 2 || line >= most - 2) continue;
    const middle = line * next + on * beside;
    const change = light[middle + 2 * next]! - light[middle - 2 * next]!;
    if (change >= sideContrast) lighter++;
    if (change <= -sideContrast) darker++;
  }
  return Math.max(lighter, darker) >= (end - start) * wholeFrom;
}
