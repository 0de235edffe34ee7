/** Quality is the fault that the user can mend in a picture; `black` means that the camera gives none. */
export type Quality = "good" | "dark" | "blurred" | "black";

/** sampleWidth is the width to which pictures are reduced before they are measured, in pixels. */
export const sampleWidth = 160;

/** The limits, of luminances from 0 to 255. */
const blackBelow = 12; // the brightest pixel
const darkBelow = 60; // the mean
const blurredBelow = 25; // the variance of the Laplacian; sharp edges raise it

/** qualityOf measures a picture: RGBA bytes, row by row, as canvas gives them. */
export function qualityOf(pixels: Uint8ClampedArray, width: number, height: number): Quality {
  const light = luminances(pixels);
  if (light.every((one) => one < blackBelow)) return "black";
  if (mean(light) < darkBelow) return "dark";
  return variance(edges(light, width, height)) < blurredBelow ? "blurred" : "good";
}

function luminances(pixels: Uint8ClampedArray): Float32Array {
  const light = new Float32Array(pixels.length / 4);
  for (let at = 0; at < light.length; at++) {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at * 4, at * 4 + 3);
    light[at] = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  return light;
}

/** edges returns the Laplacian of a picture: how much each inner pixel differs from its four neighbours. */
function edges(light: Float32Array, width: number, height: number): Float32Array {
  const found = new Float32Array(Math.max(0, (width - 2) * (height - 2)));
  const of = (x: number, y: number) => light[y * width + x] ?? 0;
  for (let y = 1, at = 0; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++, at++) {
      found[at] = of(x - 1, y) + of(x + 1, y) + of(x, y - 1) + of(x, y + 1) - 4 * of(x, y);
    }
  }
  return found;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length);
}

function variance(values: Float32Array): number {
  const middle = mean(values);
  return values.reduce((sum, one) => sum + (one - middle) ** 2, 0) / Math.max(1, values.length);
}
