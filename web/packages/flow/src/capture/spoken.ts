/** settledMs is for how long a hint must stand before it is spoken. */
export const settledMs = 700;
/** quietMs is the shortest time between two spoken hints. */
export const quietMs = 3000;

/** Spoken chooses which of the quickly changing hints a screen reader says: those that last, each once, with pauses. */
export class Spoken<Hint> {
  private hint: Hint | null = null;
  private since = 0;
  private said: { hint: Hint; at: number } | null = null;

  /** next takes the hint of a time in milliseconds, and returns the one to say; null before the first. */
  next(hint: Hint, at: number): Hint | null {
    if (hint !== this.hint) [this.hint, this.since] = [hint, at];
    const settled = at - this.since >= settledMs;
    const quiet = !this.said || at - this.said.at >= quietMs;
    if (settled && quiet && hint !== this.said?.hint) this.said = { hint, at };
    return this.said?.hint ?? null;
  }
}
