import type { Trouble } from "@stile/client";
import { useEffect } from "preact/hooks";
import type { MethodScreenProps } from "./registry.ts";

/** useOffer has the session offer a phone, where a method needs one that this device is not, or for another reason. */
export function useOffer({ flow, view }: MethodScreenProps, needed: boolean, reason: Trouble = "setup_failed"): void {
  useEffect(() => {
    if (needed && !view.offer_handoff) void flow.report(reason);
  }, [needed]);
}
