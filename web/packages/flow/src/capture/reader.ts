let start: (() => Worker) | undefined;

/** provideReader states how to start the reader of barcodes for browsers without their own. */
export function provideReader(starts: () => Worker): void {
  start = starts;
}

/** startReader starts the reader that the page provides; undefined on a page without one, such as a merchant's. */
export function startReader(): Worker | undefined {
  return start?.();
}
