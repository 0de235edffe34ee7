import type { Picture } from "../capture/shot.ts";
import type { Flow } from "../flow.ts";
import { isTerminal } from "../model.ts";

/** Kept are the pictures of the attempt before, and the type of the document that the user has chosen for them. */
export interface Kept {
  type: string | null;
  pictures: readonly Picture[];
}

const kept = new WeakMap<Flow, Kept>();

/**
 * keep keeps pictures for the next attempt, since the server erases them with its verdict. They are in the memory of
 * the page alone, and are dropped when the document has passed or the session has ended.
 */
export function keep(flow: Flow, pictures: Kept): void {
  kept.set(flow, pictures);
  const stop = flow.subscribe(() => {
    if (kept.get(flow) !== pictures) return stop();
    const { view } = flow.model;
    const method = view?.methods.find((one) => one.method === "document_capture");
    const open = method?.status === "available" || method?.status === "processing";
    if (!open || isTerminal(view)) {
      kept.delete(flow);
      stop();
    }
  });
}

/** takeKept returns the pictures that are kept, once. */
export function takeKept(flow: Flow): Kept | undefined {
  const found = kept.get(flow);
  kept.delete(flow);
  return found;
}
