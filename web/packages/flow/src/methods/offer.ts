import { useEffect, useRef } from "preact/hooks";
import type { MethodScreenProps } from "./registry.ts";

/**
 * useOffer has the session offer a phone, where a method needs one that this device is not, or for another reason. It
 * waits until no other action is under way, since the flow drops an action beside another one.
 */
export function useOffer(
  { flow, view }: MethodScreenProps, needed: boolean, reason: "setup_failed" | "camera_failed" = "setup_failed",
): void {
  const told = useRef(false);
  const { busy } = flow.model;
  useEffect(() => {
    if (!needed || told.current || flow.model.busy || view.offer_handoff) return;
    told.current = true;
    void flow.act(() => flow.client.report(reason));
  }, [busy, needed]);
}
