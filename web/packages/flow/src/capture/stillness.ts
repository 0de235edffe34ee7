import type { Grey } from "./grey.ts";

/** cell is the size of the squares that are compared, in pixels. A hand's tremor stays inside of one. */
const cell = 8;
/** movedFrom is the mean difference of their light from which the picture has moved. */
const movedFrom = 6;

/** coarse returns the means of the squares of a picture. */
export function coarse({ light, width, height }: Grey): Float32Array {
  const [across, down] = [Math.floor(width / cell), Math.floor(height / cell)];
  const means = new Float32Array(across * down);
  for (let y = 0; y < down * cell; y++) {
    for (let x = 0; x < across * cell; x++) {
      means[Math.floor(y / cell) * across + Math.floor(x / cell)]! += light[y * width + x]! / (cell * cell);
    }
  }
  return means;
}

/** isStill reports whether two coarse pictures show the same. Without an earlier one nothing is known to be still. */
export function isStill(before: Float32Array | null, now: Float32Array): boolean {
  if (before?.length !== now.length) return false;
  const moved = now.reduce((sum, one, at) => sum + Math.abs(one - before[at]!), 0);
  return moved / Math.max(1, now.length) < movedFrom;
}
