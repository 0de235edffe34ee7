import type { Grey } from "./grey.ts";

/** blownFrom is the luminance of each pixel of a reflection, in which a camera sees nothing any more. */
const blownFrom = 250;
/** side is that of the squares of which a reflection covers several, in pixels. On white paper print breaks most. */
const side = 8;
/** [least, most] is the share of such squares in a picture with a reflection. One with more is too light as a whole. */
const [least, most] = [0.01, 0.4];

/** hasGlare reports whether light reflects in a picture of a document. */
export function hasGlare({ light, width, height }: Grey): boolean {
  const [across, down] = [Math.floor(width / side), Math.floor(height / side)];
  let blown = 0;
  for (let square = 0; square < across * down; square++) {
    const corner = Math.floor(square / across) * side * width + (square % across) * side;
    let at = 0;
    while (at < side * side && light[corner + Math.floor(at / side) * width + (at % side)]! >= blownFrom) at++;
    if (at === side * side) blown++;
  }
  const share = blown / Math.max(1, across * down);
  return share >= least && share <= most;
}
