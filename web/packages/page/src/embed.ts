import type { View } from "@stile/client";
import type { Host } from "@stile/flow";

/** version is that of the messages between the frame and the launcher. */
const version = 1;

/** Embedding is the page of a merchant around the frame. */
export interface Embedding extends Host {
  /** fit reports the height of an element's content, now and after each change, so that a frame can grow with it. */
  fit(root: HTMLElement): void;
}

/**
 * embeddingOf returns the host of a page in a frame; null outside of one. The launcher names the origin of its page in
 * the query. The frame sends `ready` to that origin only, and takes a port from that origin only; all further messages
 * go through the port. They hold the session's status, the reason of a failure, the token that the launcher keeps
 * (the storage of a frame is not that of its page), whether the user still has a choice to make before the frame is
 * closed, and the height of the page. They hold nothing personal.
 */
export function embeddingOf(window: Window, query: URLSearchParams): Embedding | null {
  const origin = query.get("embed");
  if (window.parent === window || !origin || !isOrigin(origin)) return null;
  const connected = new Promise<MessagePort>((resolve) => {
    window.addEventListener("message", function connect(event: MessageEvent) {
      const data = event.data as { stile?: number; type?: string } | null;
      if (event.source !== window.parent || event.origin !== origin) return;
      if (data?.stile !== version || data.type !== "connect" || !event.ports[0]) return;
      window.removeEventListener("message", connect);
      resolve(event.ports[0]);
    });
  });
  if (!window.document.hasFocus()) waitForFocus(window);
  window.parent.postMessage({ stile: version, type: "ready" }, origin);
  const tell = (message: object) => void connected.then((port) => port.postMessage(message));
  const leave = () => tell({ type: "close" });
  // A key that is pressed in the frame does not reach the dialog around it.
  window.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && leave());
  return {
    ended: ({ status, failure, vp_token }: View, stays) => {
      const fault = { code: failure?.reason_code ?? null, message: failure?.message ?? null };
      tell({ type: "ended", status, ...fault, vp_token, stays });
    },
    problem: (code) => tell({ type: "problem", code }),
    exit: () => leave,
    fit: (root) => watchHeight(root, (height) => tell({ type: "height", height })),
  };
}

/** watchHeight reports the height of an element's content in CSS pixels whenever it has changed. */
function watchHeight(root: HTMLElement, report: (height: number) => void): void {
  let last = 0;
  const observer = new ResizeObserver(() => {
    const height = heightOf(root);
    if (height !== last) report(height);
    last = height;
  });
  for (const child of root.children) observer.observe(child);
}

/** heightOf returns the height of an element's content. The element itself is at least as high as the frame. */
function heightOf(root: HTMLElement): number {
  const style = getComputedStyle(root);
  const children = [...root.children] as HTMLElement[];
  const space = [style.paddingTop, style.paddingBottom, ...children.slice(1).map(() => style.rowGap)];
  const lengths = [...children.map((one) => one.offsetHeight), ...space.map((one) => parseFloat(one) || 0)];
  return Math.ceil(lengths.reduce((sum, length) => sum + length, 0));
}

/** waitForFocus keeps the page from taking the focus from the page around it, until the user or that page gives it. */
function waitForFocus(window: Window): void {
  const { document } = window;
  document.documentElement.setAttribute("data-quiet", "");
  window.addEventListener("focus", () => {
    document.documentElement.removeAttribute("data-quiet");
    if (document.activeElement === document.body) document.querySelector("h1")?.focus({ preventScroll: true });
  }, { once: true });
}

function isOrigin(text: string): boolean {
  try {
    return new URL(text).origin === text;
  } catch {
    return false;
  }
}
