import type { View } from "@stile/client";
import type { Host } from "@stile/flow";

/** version is that of the messages between the frame and the launcher. */
const version = 1;

/**
 * embeddingOf returns the host of a page in a frame; null outside of one. The launcher names the origin of its page in
 * the query. The frame sends `ready` to that origin only, and takes a port from that origin only; all further messages
 * go through the port. They hold the session's id and status, and nothing personal.
 */
export function embeddingOf(window: Window, query: URLSearchParams): Host | null {
  const origin = query.get("embed");
  if (window.parent === window || !origin) return null;
  const connected = new Promise<MessagePort>((resolve) => {
    window.addEventListener("message", function connect(event: MessageEvent) {
      const data = event.data as { stile?: number; type?: string } | null;
      if (event.source !== window.parent || event.origin !== origin) return;
      if (data?.stile !== version || data.type !== "connect" || !event.ports[0]) return;
      window.removeEventListener("message", connect);
      resolve(event.ports[0]);
    });
  });
  window.parent.postMessage({ stile: version, type: "ready" }, origin);
  const tell = (message: object) => void connected.then((port) => port.postMessage(message));
  return {
    ended: (view: View) => tell({ type: "ended", session_id: view.session_id, status: view.status, reason: view.failure?.reason_code ?? null }),
    leave: () => tell({ type: "close" }),
  };
}
