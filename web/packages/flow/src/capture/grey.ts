/** Grey is a picture as luminances from 0 to 255, row by row. */
export interface Grey {
  light: Float32Array;
  width: number;
  height: number;
}

/** Box is a part of a picture, in pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** greyOf returns the luminances of RGBA bytes, as canvas gives them. */
export function greyOf(pixels: Uint8ClampedArray, width: number, height: number): Grey {
  const light = new Float32Array(width * height);
  for (let at = 0, byte = 0; at < light.length; at++, byte += 4) {
    light[at] = 0.2126 * pixels[byte]! + 0.7152 * pixels[byte + 1]! + 0.0722 * pixels[byte + 2]!;
  }
  return { light, width, height };
}

/** cut returns a part of a picture, without the part of the box beyond its edges. */
export function cut(picture: Grey, box: Box): Grey {
  const left = Math.max(0, Math.round(box.left));
  const top = Math.max(0, Math.round(box.top));
  const width = Math.max(0, Math.min(picture.width, Math.round(box.left + box.width)) - left);
  const height = Math.max(0, Math.min(picture.height, Math.round(box.top + box.height)) - top);
  const light = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * picture.width + left;
    light.set(picture.light.subarray(from, from + width), y * width);
  }
  return { light, width, height };
}

/** scaled returns a box in other units: that of the page, for one, in pixels of a picture of the outer box. */
export function scaled(inner: Box, outer: Box, width: number, height: number): Box {
  const [x, y] = [width / outer.width, height / outer.height];
  return {
    left: (inner.left - outer.left) * x, top: (inner.top - outer.top) * y,
    width: inner.width * x, height: inner.height * y,
  };
}

/** edgesOf returns how much each inner pixel differs from its four neighbours: the size of the Laplacian. */
export function edgesOf({ light, width, height }: Grey): Grey {
  const [across, down] = [Math.max(0, width - 2), Math.max(0, height - 2)];
  const found = new Float32Array(across * down);
  for (let y = 0, at = 0; y < down; y++) {
    for (let x = 0; x < across; x++, at++) {
      const middle = (y + 1) * width + x + 1;
      const around = light[middle - 1]! + light[middle + 1]! + light[middle - width]! + light[middle + width]!;
      found[at] = Math.abs(around - 4 * light[middle]!);
    }
  }
  return { light: found, width: across, height: down };
}

/** strongestEdge is the largest size of a Laplacian. */
const strongestEdge = 4 * 255;

/** ranked returns the strength, in whole steps, below which lies a share of all edges. It counts, and does not sort. */
export function ranked(edges: Grey, share: number): number {
  const counts = new Uint32Array(strongestEdge + 1);
  for (const edge of edges.light) counts[Math.floor(edge)]!++;
  let below = edges.light.length * share;
  let strength = 0;
  while (strength < strongestEdge && (below -= counts[strength]!) >= 0) strength++;
  return strength;
}

/** mean returns the mean of some values; 0 of none. */
export function mean(values: Float32Array): number {
  return values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length);
}
