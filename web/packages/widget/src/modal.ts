import { adopt, styles } from "./styles.ts";
import type { Texts } from "./texts.ts";

/** Modal is a window over the merchant's page. Its shadow root keeps the styles of both apart. */
export class Modal {
  /** body takes the content. */
  readonly body = document.createElement("div");
  readonly root: ShadowRoot;
  readonly #host = document.createElement("div");
  readonly #dialog = document.createElement("dialog");
  readonly #unlock: () => void;

  /** Modal opens the window. `closed` is called once it is gone, whoever closed it, and the focus is back. */
  constructor(texts: Texts, closed: () => void) {
    this.root = this.#host.attachShadow({ mode: "open" });
    adopt(this.root, styles);
    const frame = document.createElement("div");
    frame.className = "window";
    this.body.className = "body";
    frame.append(closeButton(texts("close"), () => this.close()), this.body);
    this.#dialog.setAttribute("aria-label", texts("title"));
    this.#dialog.append(frame);
    // The window fills the dialog, so only its backdrop hits the dialog itself. A drag from the window is no click.
    let pressed = false;
    this.#dialog.addEventListener("pointerdown", (event) => (pressed = event.target === this.#dialog));
    this.#dialog.addEventListener("click", (event) => pressed && event.target === this.#dialog && this.close());
    const focused = document.activeElement;
    this.#dialog.addEventListener("close", () => {
      this.discard();
      if (focused instanceof HTMLElement) focused.focus();
      closed();
    });
    this.root.append(this.#dialog);
    document.body.append(this.#host);
    this.#unlock = adopt(document, "html, body { overflow: hidden !important }");
    this.#dialog.showModal();
  }

  close(): void {
    this.#dialog.close();
  }

  /** discard removes the window without a word. */
  discard(): void {
    this.#host.remove();
    this.#unlock();
  }
}

function closeButton(label: string, close: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "close", textContent: "×" });
  button.setAttribute("aria-label", label);
  button.addEventListener("click", close);
  return button;
}
