import { fillOf, sidesOf } from "./document.ts";
import { hasGlare } from "./glare.ts";
import { cut, mean, type Box, type Grey } from "./grey.ts";
import { qualityOf } from "./quality.ts";
import { coarse, isStill } from "./stillness.ts";

/** Guide is the shape in which the user holds the object: a card (ID-1), a passport's page (ID-3), or a face. */
export type Guide = "card" | "page" | "face";

/**
 * Finding is the first thing to mend in a picture, or `good`; `black` means that the camera gives none, and `barcode`
 * that a good picture has no barcode that can be read.
 */
export type Finding =
  "black" | "dark" | "bright" | "glare" | "blurred" | "far" | "align" | "moving" | "barcode" | "good";

/** farBelow is the share of the frame that a document has to fill. */
const farBelow = 0.55;
/** brightFrom is the mean luminance of a face, of 255, in which a camera no longer sees its features. */
const brightFrom = 225;
/** enoughSides is how many sides of a document must lie on those of the frame. One may be covered or too pale. */
const enoughSides = 3;

/** Samples judges pictures of the camera one after another. Keep one for each guide and each start of the camera. */
export class Samples {
  private before: Float32Array | null = null;

  constructor(private readonly guide: Guide) {}

  /** judge returns the first thing to mend in the picture inside of the frame. */
  judge(picture: Grey, frame: Box): Finding {
    const inside = cut(picture, frame);
    const { before } = this;
    this.before = coarse(inside);
    if (this.guide === "face" && mean(inside.light) >= brightFrom) return "bright";
    const quality = qualityOf(inside);
    if (quality !== "good") return quality;
    if (this.guide !== "face") {
      if (hasGlare(inside)) return "glare";
      const fill = fillOf(inside);
      if (fill !== null && fill < farBelow) return "far";
      if (sidesOf(picture, frame) < enoughSides) return "align";
    }
    return isStill(before, this.before) ? "good" : "moving";
  }
}
