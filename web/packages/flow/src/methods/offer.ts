import type { Trouble } from "@stile/client";
import { useEffect, useState } from "preact/hooks";
import type { MethodScreenProps } from "./registry.ts";

/**
 * useOffer has the session offer a phone, where a method needs one that this device is not, or for another reason. It
 * returns whether the session is being asked.
 */
export function useOffer(
  { flow, view }: MethodScreenProps, needed: boolean, reason: Trouble = "setup_failed",
): boolean {
  const asks = needed && !view.offer_handoff;
  const [asking, setAsking] = useState(asks);
  useEffect(() => {
    if (!asks) return;
    setAsking(true);
    void flow.report(reason).finally(() => setAsking(false));
  }, [needed]);
  return asking;
}
