/** version is that of the messages between the page and its frame. */
const version = 1;

/** Ending is how the frame's session ended, or that the user closed the frame before. */
export interface Ending {
  sessionId: string;
  status: "verified" | "failed" | "expired" | "cancelled" | "closed";
  reason: string | null;
}

/** Frame is the hosted page over a merchant's page, in a modal dialog. */
export class Frame {
  private readonly dialog = document.createElement("dialog");
  private ending: Ending;

  constructor(base: string, sessionId: string, secret: string, private readonly onClose: (ending: Ending) => void) {
    this.ending = { sessionId, status: "closed", reason: null };
    const url = new URL(`${base}/${sessionId}`);
    url.searchParams.set("embed", location.origin);
    url.hash = new URLSearchParams({ client_secret: secret }).toString();
    const frame = document.createElement("iframe");
    frame.allow = "camera";
    frame.title = "Verification";
    frame.src = url.href;
    this.dialog.append(frame);
    const listen = (event: MessageEvent) => this.connect(event, frame, url.origin);
    addEventListener("message", listen);
    this.dialog.addEventListener("close", () => {
      removeEventListener("message", listen);
      this.dialog.remove();
      this.onClose(this.ending);
    });
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  close(): void {
    this.dialog.close();
  }

  /** connect answers the frame's `ready` with a port. It checks that the message is the frame's, and from its origin. */
  private connect(event: MessageEvent, frame: HTMLIFrameElement, origin: string): void {
    const data = event.data as { stile?: number; type?: string } | null;
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    if (data?.stile !== version || data.type !== "ready") return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (message: MessageEvent<{ type: string; status: Ending["status"]; reason: string | null }>) => {
      if (message.data.type === "ended") {
        this.ending = { ...this.ending, status: message.data.status, reason: message.data.reason };
      } else if (message.data.type === "close") {
        this.close();
      }
    };
    frame.contentWindow?.postMessage({ stile: version, type: "connect" }, origin, [port2]);
  }
}
