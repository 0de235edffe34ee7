import { edgesOf, mean, ranked, type Grey } from "./grey.ts";

/** Quality is the fault that the user can mend in a picture; `black` means that the camera gives none. */
export type Quality = "good" | "dark" | "blurred" | "black";

/** The limits, of luminances from 0 to 255. */
const blackBelow = 12; // the brightest pixel
const darkBelow = 60; // the mean
const blurredBelow = 20; // the edge that is stronger than `weaker` of all
/** weaker is the share of the picture without the edges that are looked at. Print may cover a small part of it. */
const weaker = 0.95;

/** qualityOf measures a picture. */
export function qualityOf(picture: Grey): Quality {
  if (picture.light.every((one) => one < blackBelow)) return "black";
  if (mean(picture.light) < darkBelow) return "dark";
  return ranked(edgesOf(picture), weaker) < blurredBelow ? "blurred" : "good";
}
