import { render } from "preact";
import { wanted, writeIn } from "./language.ts";
import { Lost } from "./lost.tsx";

/**
 * loaded returns a part of the page that is fetched. If it does not arrive, the page says so in `root`, and fetches it
 * again once the user wants that or the browser is online again.
 */
export async function loaded<T>(root: HTMLElement, load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch {
      await again(root);
    }
  }
}

/** again shows that a part is missing, and resolves when it may be fetched again. */
function again(root: HTMLElement): Promise<void> {
  writeIn(wanted());
  return new Promise((resolve) => render(<main><Lost name="problem-loading" retry={resolve} /></main>, root));
}
