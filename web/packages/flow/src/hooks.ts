import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { onLocale } from "@stile/i18n";

/**
 * useSource renders the component again after each change of a source. It subscribes as the component is rendered: an
 * effect would run after the next frame, and miss a change before it.
 */
export function useSource(subscribe: (tell: () => void) => () => void): void {
  const [, render] = useState({});
  useLayoutEffect(() => subscribe(() => render({})), []);
}

/** useLocale renders the component again after each change of the language. */
export function useLocale(): void {
  useSource(onLocale);
}

/** useSecondsUntil returns the seconds until a time in milliseconds, at least 0, and counts them down. */
export function useSecondsUntil(time: number): number {
  const [, render] = useState({});
  useEffect(() => {
    const timer = setInterval(() => render({}), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((time - Date.now()) / 1000));
}
