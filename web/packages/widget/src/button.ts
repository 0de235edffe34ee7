import { BaseElement, type Surface } from "./base.ts";
import type { Defaults } from "./api.ts";
import { mountFlow, type Place } from "./flow.tsx";
import type { Events } from "./frame.ts";
import { Modal } from "./modal.ts";
import type { Session } from "./session.ts";
import { textsOf, type Texts } from "./texts.ts";

/** defineButton registers `<stile-button>`. Outside of a browser, or if it is registered already, it does nothing. */
export function defineButton(defaults: Defaults): void {
  if (typeof customElements === "undefined" || customElements.get("stile-button")) return;

  customElements.define(
    "stile-button",
    class extends BaseElement {
      protected override defaults(): Defaults {
        return defaults;
      }

      protected override present(session: Session, texts: Texts, events: Events, closed: () => void): Surface {
        const { apiUrl, verifyUrl } = this.options();
        return openFlow(session, { apiUrl, verifyUrl, locale: this.text("locale") }, events, closed, texts);
      }
    },
  );
}

/** openFlow shows a session's verification in a window over the page. */
export function openFlow(
  session: Session, place: Place, events: Events, closed: () => void, texts: Texts = textsOf(place.locale),
): Surface {
  let unmount = () => {};
  const modal = new Modal(texts, () => {
    unmount();
    closed();
  });
  try {
    unmount = mountFlow(modal.body, modal.root, session, place, events);
  } catch (thrown) {
    modal.discard();
    throw thrown;
  }
  return { focus: () => modal.body.querySelector<HTMLElement>("h1")?.focus(), close: () => modal.close() };
}
