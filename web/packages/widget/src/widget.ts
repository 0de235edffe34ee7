import { BaseElement, type Surface } from "./base.ts";
import type { Defaults } from "./api.ts";
import { VerifyError } from "./errors.ts";
import { Frame, type Events } from "./frame.ts";
import { Modal } from "./modal.ts";
import type { Session } from "./session.ts";
import type { Texts } from "./texts.ts";

/** defineWidget registers `<stile-widget>`. Outside of a browser, or if it is registered already, it does nothing. */
export function defineWidget(defaults: Defaults): void {
  if (typeof customElements === "undefined" || customElements.get("stile-widget")) return;

  customElements.define(
    "stile-widget",
    class extends BaseElement {
      protected override defaults(): Defaults {
        return defaults;
      }

      protected override get begun(): boolean {
        return this.text("mode") === "inline";
      }

      protected override present(session: Session, texts: Texts, events: Events, closed: () => void): Surface {
        const { apiUrl, verifyUrl = apiUrl && `${apiUrl.replace(/\/+$/, "")}/verify` } = this.options();
        if (!verifyUrl) throw new VerifyError("configuration", "Set verify-url to the address of the hosted page");
        const frame = new Frame(verifyUrl, session, this.text("locale"), texts, events);
        return this.begun ? this.#inPlace(frame, closed) : inModal(frame, texts, closed);
      }

      #inPlace(frame: Frame, closed: () => void): Surface {
        this.shadowRoot!.prepend(frame.element);
        const close = () => {
          frame.remove();
          closed();
        };
        return { focus: () => frame.focus(), close };
      }
    },
  );
}

function inModal(frame: Frame, texts: Texts, closed: () => void): Surface {
  const modal = new Modal(texts, () => {
    frame.remove();
    closed();
  });
  frame.ready = () => frame.focus();
  modal.body.append(frame.element);
  return { focus: () => frame.focus(), close: () => modal.close() };
}
