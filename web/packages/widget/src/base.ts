import type { ErrorDetail, SessionOptions, VerifyResult } from "./api.ts";
import { confirmed } from "./confirm.ts";
import { errorOf, VerifyError } from "./errors.ts";
import type { Events, Outcome } from "./frame.ts";
import { Gate } from "./gate.ts";
import { Source, type Session } from "./session.ts";
import { adopt, styles } from "./styles.ts";
import { textsOf, type Texts } from "./texts.ts";
import { keep, kept, redeem } from "./token.ts";

/** Surface is where a verification is shown: a window over the page, or a place in it. */
export interface Surface {
  focus(): void;
  /** close removes it. The surface then calls `closed`, as it does if the user closes it. */
  close(): void;
}

/** farewell is how long the result is seen before the window closes by itself, in milliseconds. */
export const farewell = 1_200;
/** identity are the attributes that tie a verification to its user. A change makes an earlier result void. */
const identity = ["session-id", "client-secret", "workflow-id", "email", "jurisdiction"];

const Element = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** BaseElement is a button that opens a verification, in the form of the merchant's page. Subclasses show it. */
export abstract class BaseElement extends Element {
  static readonly observedAttributes = [
    ...identity, "session-url", "publishable-key", "label", "verified-label", "disabled", "locale",
  ];

  readonly #button = document.createElement("button");
  readonly #message = document.createElement("p");
  readonly #source = new Source();
  readonly #gate = new Gate(this, () => this.flag("required") && !this.#result, () => this.#refuse());
  #surface: Surface | null = null;
  /** gone ends with the present surface. */
  #gone: Promise<void> = Promise.resolve();
  #result: VerifyResult | null = null;
  #minting = false;
  /** wanted reports whether the user has asked for the verification that is being started. */
  #wanted = false;
  #scheduled = false;
  /** told reports whether an event has told how the present opening ended. */
  #told = false;
  /** life ends when the element leaves the page. */
  #life = new AbortController();

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    adopt(root, styles);
    Object.assign(this.#button, { type: "button", className: "verify" });
    this.#button.setAttribute("part", "button");
    this.#button.addEventListener("click", () => void this.open());
    this.#message.className = "message";
    this.#message.setAttribute("part", "message");
    this.#message.setAttribute("role", "status");
    root.append(this.#button, this.#message);
  }

  /** defaults returns the addresses of the installation. */
  protected abstract defaults(): { apiUrl?: string | undefined; verifyUrl?: string | undefined };

  /** present shows a session. `closed` is called when the surface is gone. */
  protected abstract present(session: Session, texts: Texts, events: Events, closed: () => void): Surface;

  /** begun reports whether the verification opens by itself. */
  protected get begun(): boolean {
    return false;
  }

  connectedCallback(): void {
    this.#life = new AbortController();
    this.#gate.connect();
    this.#render();
    this.#schedule();
  }

  disconnectedCallback(): void {
    this.#gate.disconnect();
    // An element that is moved in the page is connected again at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#life.abort();
      this.#told = true;
      this.#surface?.close();
    });
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (identity.includes(name) && this.#result) this.#forget();
    if (!this.isConnected) return;
    this.#render();
    if (name === "session-url") this.#schedule();
  }

  /** open starts the verification as a click does. */
  async open(): Promise<void> {
    if (this.#surface || this.#result || this.flag("disabled")) return;
    this.#wanted = true;
    this.#told = false;
    this.#say("");
    this.#render();
    if (!this.#minting) await this.#start();
  }

  /** start gets the session. A stored token ends it at once; otherwise it is shown if the user wants it. */
  async #start(): Promise<void> {
    this.#minting = true;
    try {
      const [session, result] = await this.#recognise();
      if (!this.isConnected) return;
      if (result) this.#end(result, false);
      else if (this.#wanted) this.#show(session);
    } catch (thrown) {
      if (!this.#wanted) return;
      this.#say(this.texts("not_started"));
      this.#fail(errorOf(thrown));
    } finally {
      this.#minting = this.#wanted = false;
      this.#render();
    }
  }

  /** recognise returns the session, and its result if a stored token has verified it. */
  async #recognise(): Promise<[Session, VerifyResult | null]> {
    const take = () => this.#source.take(() => this.options());
    for (;;) {
      const session = await take();
      const result = await redeem(session, this.options().apiUrl);
      if (session === (await take())) return [session, result];
    }
  }

  /** close ends it as the user's Escape does. */
  close(): void {
    this.#surface?.close();
  }

  /** text returns an attribute; null if it is absent or empty. */
  protected text(name: string): string | null {
    return this.getAttribute(name) || null;
  }

  /** flag reports whether a boolean attribute is set. "false" counts as absent: some frameworks write it. */
  protected flag(name: string): boolean {
    return this.hasAttribute(name) && this.getAttribute(name) !== "false";
  }

  protected options(): SessionOptions {
    const named = {
      sessionUrl: "session-url", clientSecret: "client-secret", sessionId: "session-id", type: "type", email: "email",
      publishableKey: "publishable-key", workflowId: "workflow-id", captchaToken: "captcha-token",
      jurisdiction: "jurisdiction", apiUrl: "api-url", verifyUrl: "verify-url",
    };
    const own = Object.entries(named).flatMap(([key, name]) => (this.text(name) ? [[key, this.text(name)]] : []));
    return { ...this.defaults(), ...Object.fromEntries(own) };
  }

  protected get texts(): Texts {
    return textsOf(this.text("locale"));
  }

  /**
   * schedule starts the verification once all attributes of this moment are set: it prefetches the session of the
   * merchant's backend, and recognises a user with a stored token.
   */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.isConnected || this.#result || this.flag("disabled")) return;
      if (this.begun) return void this.open();
      const { sessionUrl, clientSecret } = this.options();
      if (!this.#minting && (clientSecret ? kept() : sessionUrl)) void this.#start();
    });
  }

  #show(session: Session): void {
    let gone = () => {};
    this.#gone = new Promise((resolve) => (gone = resolve));
    const events: Events = {
      ended: (outcome, stays) => this.#end(outcome, stays),
      troubled: (error) => {
        if (error.reason === "session") this.#source.drop();
        this.#fail(error);
      },
      left: () => this.close(),
    };
    this.#surface = this.present(session, this.texts, events, () => {
      this.#surface = null;
      this.#render();
      if (!this.#told) this.#cancel();
      gone();
    });
  }

  #end(outcome: Outcome, stays: boolean): void {
    this.#source.drop();
    if (!(outcome instanceof VerifyError)) return void this.#succeed(outcome, stays);
    if (outcome.reason === "cancelled") this.close();
    else this.#fail(outcome);
  }

  #fail({ message, reason, code }: VerifyError): void {
    this.#told = true;
    this.#tell("error", { message, reason, code } satisfies ErrorDetail);
  }

  #cancel(): void {
    this.#told = true;
    this.#tell("cancel", null);
    this.#redirect("cancel-url", null);
  }

  /** succeed tells the result, closes the surface, unless it `stays` until the user leaves it, and then goes on. */
  async #succeed(result: VerifyResult, stays: boolean): Promise<void> {
    const { signal } = this.#life;
    this.#told = true;
    this.#result = result;
    keep(result);
    this.setAttribute("verified", "");
    this.#gate.fill({ [this.text("form-field-name") ?? "stile_session_id"]: result.sessionId, stile_verified: "true" });
    this.#render();
    this.#say("");
    this.#tell("verified", result);
    const seen = stays ? this.#gone : new Promise((resolve) => setTimeout(resolve, farewell));
    const sure = this.#confirm(result, signal);
    await seen;
    this.close();
    if ((await sure) && this.#result === result) this.#redirect("success-url", result);
  }

  /** confirm waits for the merchant's backend, if there is a confirmation-url. It reports whether to go on. */
  async #confirm(result: VerifyResult, signal: AbortSignal): Promise<boolean> {
    const url = this.text("confirmation-url");
    if (!url) return true;
    const sure = await confirmed(url, result.sessionId, signal);
    if (signal.aborted || this.#result !== result) return false;
    if (sure) this.#tell("server-confirmed", null);
    else this.#fail(new VerifyError("unconfirmed", "The confirmation-url has not confirmed the verification"));
    return sure;
  }

  #forget(): void {
    this.#result = null;
    this.removeAttribute("verified");
    this.#gate.fill({});
    this.#source.drop();
  }

  /** refuse tells the user that the form cannot be sent yet. */
  #refuse(): void {
    this.#say(this.texts("required"));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const shaken = [0, -6, 6, -4, 4, 0].map((x) => ({ transform: `translateX(${x}px)` }));
    if (!still) this.animate(shaken, 400);
    (this.#surface ?? this.#button).focus();
  }

  #redirect(attribute: string, result: VerifyResult | null): void {
    const to = this.text(attribute);
    if (!to || !this.isConnected) return;
    const url = new URL(to, document.baseURI);
    if (result) url.searchParams.set("session_id", result.sessionId);
    if (/^https?:$/.test(url.protocol)) location.assign(url);
  }

  /** say shows a message below the button, and has a screen reader speak it. An empty one removes the last. */
  #say(message: string): void {
    this.#message.textContent = message;
  }

  #render(): void {
    const done = this.#result !== null;
    const button = this.#button;
    button.textContent = done
      ? (this.text("verified-label") ?? this.texts("verified")) : (this.text("label") ?? this.texts("verify"));
    button.disabled = done || this.flag("disabled");
    button.setAttribute("aria-busy", String(this.#wanted)); // Firefox before 119 has no ariaBusy
    button.hidden = this.#surface !== null && this.begun;
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`stile:${name}`, { detail, bubbles: true, composed: true }));
  }
}
