import type { CreateOptions, Defaults, VerifyElement, VerifyOptions, VerifyResult, Widget } from "./api.ts";
import { defineButton } from "./button.ts";
import { open, widgetOf } from "./verify.ts";
import { defineWidget } from "./widget.ts";

export type * from "./api.ts";
export { VerifyError } from "./errors.ts";

declare global {
  interface HTMLElementTagNameMap {
    "stile-widget": VerifyElement;
    "stile-button": VerifyElement;
  }
}

const defaults: Defaults = {};
defineWidget(defaults);
defineButton(defaults);

/** configure sets options that hold for all elements and calls of the page, such as the address of the API. */
export function configure(options: Defaults): void {
  Object.assign(defaults, options);
}

/**
 * verify opens the verification in a window over the page, and resolves once the user is verified and the window is
 * closed. It rejects with a VerifyError. Call it in a browser.
 */
export function verify(options: VerifyOptions): Promise<VerifyResult> {
  return open({ ...defaults, ...options });
}

/** create makes a verification to mount in a container of the page, for a session that the backend has created. */
export function create(options: CreateOptions): Widget {
  return widgetOf({ ...defaults, ...options });
}
