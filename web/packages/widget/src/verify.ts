import type { CreateOptions, Defaults, VerifyOptions, VerifyResult, Widget } from "./api.ts";
import { farewell, type Surface } from "./base.ts";
import { openFlow } from "./button.ts";
import { VerifyError } from "./errors.ts";
import { mountFlow } from "./flow.tsx";
import { Source } from "./session.ts";
import { keep, redeem } from "./token.ts";

/** open runs a verification in a window over the page. A user with a stored token needs none. */
export async function open(options: VerifyOptions): Promise<VerifyResult> {
  const { signal } = options;
  const session = await new Source().take(() => options);
  const known = signal?.aborted ? null : await redeem(session, options.apiUrl);
  if (known) {
    keep(known);
    return known;
  }
  return new Promise((resolve, reject) => {
    const cancelled = new VerifyError("cancelled", "The user closed the verification", null, session.id);
    if (signal?.aborted) return reject(cancelled);
    let outcome: VerifyResult | VerifyError = cancelled;
    const close = () => surface.close();
    const surface: Surface = openFlow(session, options, {
      ended: (now, stays) => {
        outcome = now;
        if (!(now instanceof VerifyError)) {
          keep(now);
          if (!stays) setTimeout(close, farewell);
        } else if (now.reason === "cancelled") {
          close();
        }
      },
      troubled: (error) => (outcome = error),
      left: close,
    }, () => {
      signal?.removeEventListener("abort", close);
      if (outcome instanceof VerifyError) reject(outcome);
      else resolve(outcome);
    });
    signal?.addEventListener("abort", close);
  });
}

/** widgetOf makes a verification that the merchant mounts in a container. */
export function widgetOf(options: CreateOptions & Defaults): Widget {
  const { clientSecret: secret, sessionId: id } = options;
  if (!secret || !id) throw new VerifyError("configuration", "Set clientSecret and sessionId");
  let remove = () => {};
  let told = false;
  const tell = (error: VerifyError) => {
    if (error.reason === "expired" && options.onExpired) options.onExpired();
    else if (error.reason === "cancelled" && options.onCancel) options.onCancel();
    else options.onError?.(error);
  };
  const widget: Widget = {
    mount(container) {
      const found = typeof container === "string" ? document.querySelector(container) : container;
      if (!found) throw new VerifyError("configuration", `There is no element ${String(container)}`);
      widget.destroy();
      const host = document.createElement("div");
      found.append(host);
      const root = host.attachShadow({ mode: "open" });
      const body = document.createElement("div");
      root.append(body);
      if (!told) void redeem({ id, secret }, options.apiUrl); // the flow shows the result
      const unmount = mountFlow(body, root, { id, secret }, { ...options, quiet: true }, {
        ended: (outcome) => {
          if (told) return;
          told = true;
          if (outcome instanceof VerifyError) return tell(outcome);
          keep(outcome);
          options.onSuccess?.(outcome);
        },
        troubled: tell,
        left: () => undefined,
      });
      remove = () => {
        unmount();
        host.remove();
        remove = () => {};
      };
    },
    destroy: () => remove(),
  };
  return widget;
}
