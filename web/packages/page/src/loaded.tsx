import { direction } from "@stile/i18n";
import { lostTexts } from "@stile/i18n/lost.ts";
import { Actions, Button, Panel } from "@stile/ui";
import { render } from "preact";
import { wanted } from "./language.ts";

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
  const language = wanted();
  const { title, text, retry } = lostTexts(language);
  document.documentElement.lang = language;
  document.documentElement.dir = direction(language);
  return new Promise((resolve) => {
    const done = () => {
      removeEventListener("online", done);
      resolve();
    };
    addEventListener("online", done);
    render(
      <main>
        <Panel name="problem-loading" title={title} icon="stop">
          <p>{text}</p>
          <Actions>
            <Button kind="primary" onPress={done}>{retry}</Button>
          </Actions>
        </Panel>
      </main>,
      root,
    );
  });
}
