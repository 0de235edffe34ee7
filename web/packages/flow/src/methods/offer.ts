import { useEffect, useRef } from "preact/hooks";
import type { MethodScreenProps } from "./registry.ts";

/** useOffer has the session offer a phone, where a method needs one that this device is not. */
export function useOffer({ flow, view }: MethodScreenProps, needed: boolean): void {
  const told = useRef(false);
  const { busy } = flow.model;
  useEffect(() => {
    if (!needed || told.current || flow.model.busy || view.offer_handoff) return;
    told.current = true;
    void flow.act(() => flow.client.report("setup_failed"));
  }, [busy]);
}
