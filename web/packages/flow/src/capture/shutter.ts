import type { Finding, Guide } from "./sample.ts";

/**
 * steadyMs is for how long a good picture has to last before it is taken. A face has no sides by which the page could
 * tell that it is in place, so there it takes longer.
 */
export const steadyMs: Readonly<Record<Guide, number>> = { card: 1000, page: 1000, face: 2000 };
/** pauseMs is the time after the start of the camera for another picture, in which the automatic takes none. */
export const pauseMs = 4000;

/**
 * Shutter decides when the automatic takes the picture. It is told each finding with its time in milliseconds. After a
 * retake it waits for pauseMs first, so that the user can change something.
 */
export class Shutter {
  private started: number | null = null;
  private since: number | null = null;
  private over = false;

  constructor(
    private readonly guide: Guide,
    private readonly retake: boolean,
  ) {}

  /** next returns `steady` while a good picture lasts, and `take` once, when it has lasted long enough. */
  next(finding: Finding, at: number, automatic: boolean): "wait" | "steady" | "take" {
    this.started ??= at;
    const paused = this.retake && at - this.started < pauseMs;
    if (!automatic || this.over || paused || finding !== "good") {
      this.since = null;
      return "wait";
    }
    this.since ??= at;
    if (at - this.since < steadyMs[this.guide]) return "steady";
    this.over = true;
    return "take";
  }
}
