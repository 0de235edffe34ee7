import type { VerifyResult } from "./api.ts";
import { VerifyError } from "./errors.ts";
import type { Session } from "./session.ts";
import type { Texts } from "./texts.ts";
import { resultOf } from "./token.ts";

/** version is that of the messages between the page and its frame. */
const version = 1;
/** patience is how long the page in the frame may take until it says that it is ready, in milliseconds. */
const patience = 15_000;

/** Outcome is how a session ended: by a result, or by an error with the reason `failed`, `expired` or `cancelled`. */
export type Outcome = VerifyResult | VerifyError;

/** Events are the reports of a surface. */
export interface Events {
  /**
   * ended is called when the session ends. `stays` means that the user has a choice to make, and leaves after it;
   * otherwise the surface is to be closed.
   */
  ended(outcome: Outcome, stays: boolean): void;
  /** troubled is called if the verification cannot be shown. It may still come. */
  troubled(error: VerifyError): void;
  /** left is called when the user leaves the page of the verification. */
  left(): void;
}

/** Message comes from the frame through the port. */
interface Message {
  type: "ended" | "problem" | "close" | "height";
  status?: "verified" | "failed" | "expired" | "cancelled";
  code?: string | null;
  message?: string | null;
  vp_token?: string | null;
  stays?: boolean;
  height?: number;
}

/** heights are the bounds of an inline frame in CSS pixels; the page in it scrolls beyond. */
const heights = [160, 4000] as const;

/** stuck returns the error for a problem that the flow cannot get past by itself. */
export function stuck(code: string | null, sessionId: string): VerifyError {
  return new VerifyError("session", `The verification cannot go on: ${code}`, code, sessionId);
}

/** Frame is the hosted page of a session in an element. */
export class Frame {
  readonly element = document.createElement("div");
  /** ready is called when the page in the frame is there. */
  ready: () => void = () => undefined;
  readonly #iframe = document.createElement("iframe");
  readonly #state = document.createElement("p");
  readonly #origin: string;
  readonly #timer: ReturnType<typeof setTimeout>;
  #port: MessagePort | null = null;

  constructor(
    verifyUrl: string,
    private readonly session: Session,
    locale: string | null,
    texts: Texts,
    private readonly events: Events,
  ) {
    const url = new URL(`${verifyUrl.replace(/\/+$/, "")}/${encodeURIComponent(session.id)}`, document.baseURI);
    url.searchParams.set("embed", location.origin);
    if (locale) url.searchParams.set("locale", locale);
    url.hash = new URLSearchParams({ client_secret: session.secret }).toString();
    this.#origin = url.origin;
    Object.assign(this.#iframe, {
      allow: "camera; clipboard-write; digital-credentials-get", referrerPolicy: "no-referrer",
      title: texts("title"), src: url.href,
    });
    this.element.className = "frame";
    this.#state.className = "state";
    this.#state.setAttribute("role", "status");
    this.#state.textContent = texts("loading");
    this.element.append(this.#iframe, this.#state);
    addEventListener("message", this);
    this.#timer = setTimeout(() => {
      this.#iframe.hidden = true;
      this.#state.setAttribute("role", "alert");
      this.#state.textContent = texts("not_loaded");
      events.troubled(new VerifyError("frame", `The page at ${this.#origin} did not load in the frame`));
    }, patience);
  }

  focus(): void {
    this.#iframe.focus();
  }

  remove(): void {
    clearTimeout(this.#timer);
    removeEventListener("message", this);
    this.#port?.close();
    this.element.remove();
  }

  /** handleEvent answers the frame's `ready` with a port. It takes it from the frame and from its origin only. */
  handleEvent(event: MessageEvent): void {
    const data = event.data as { stile?: number; type?: string } | null;
    if (event.source !== this.#iframe.contentWindow || event.origin !== this.#origin) return;
    if (data?.stile !== version || data.type !== "ready") return;
    clearTimeout(this.#timer);
    this.#state.hidden = true;
    this.#iframe.hidden = false;
    this.ready();
    const { port1, port2 } = new MessageChannel();
    this.#port?.close(); // the frame was loaded again
    this.#port = port1;
    port1.onmessage = (message: MessageEvent<Message>) => this.#hear(message.data);
    this.#iframe.contentWindow?.postMessage({ stile: version, type: "connect" }, this.#origin, [port2]);
  }

  /** grow sets the height that the styles of the mode inline use. */
  #grow(height: number): void {
    const [least, most] = heights;
    if (height > 0) this.element.style.setProperty("--_height", `${Math.min(Math.max(height, least), most)}px`);
  }

  #hear(message: Message): void {
    const { status, code = null } = message;
    const { id } = this.session;
    if (message.type === "close") this.events.left();
    if (message.type === "height") this.#grow(Number(message.height));
    if (message.type === "problem") this.events.troubled(stuck(code, id));
    if (message.type !== "ended" || !status) return;
    if (status !== "verified") {
      return this.events.ended(
        new VerifyError(status, message.message ?? `The verification is ${status}`, code, id), false,
      );
    }
    this.events.ended(resultOf(id, message.vp_token), message.stays === true);
  }
}
