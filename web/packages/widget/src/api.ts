/** VerifyReason is the class of a VerifyError. */
export type VerifyReason =
  | "cancelled" // the user closed or cancelled the verification
  | "failed" // the user was not verified; `code` is the reason code of the session
  | "expired" // the session expired
  | "session" // there is no session: the session-url or the API refused, or did not answer; `code` is that of the API
  | "configuration" // attributes or options are missing
  | "frame" // the page in the frame did not load: it is blocked, or cannot be reached
  | "unconfirmed"; // the confirmation-url has not confirmed the verification in time

/** VerifyResult is the detail of `stile:verified`. It comes from the browser: grant nothing before the webhook. */
export interface VerifyResult {
  sessionId: string;
  /** vpToken proves this verification to a later one; absent unless the server issued one. */
  vpToken?: string;
}

/** ErrorDetail is the detail of `stile:error`. */
export interface ErrorDetail {
  message: string;
  reason: VerifyReason;
  code: string | null;
}

/** Defaults are options that hold for all elements and calls of a page. */
export interface Defaults {
  /** apiUrl is the base of the API, such as `https://id.example`, without `/v1`. */
  apiUrl?: string;
  /** verifyUrl is the address of the hosted page. Default: `/verify` at apiUrl. */
  verifyUrl?: string;
}

/** SessionOptions say where the session comes from, in one of three modes, and for whom it is. */
export interface SessionOptions extends Defaults {
  /** sessionUrl is an endpoint of the merchant's backend that creates the session. */
  sessionUrl?: string;
  /** clientSecret and sessionId name a session that the merchant's backend has created. */
  clientSecret?: string;
  sessionId?: string;
  /** publishableKey and workflowId create the session in the browser. */
  publishableKey?: string;
  workflowId?: string;
  captchaToken?: string;
  /** type is that of a session created with a publishable key: `age` (the default) or `identity`. */
  type?: "age" | "identity";
  email?: string;
  jurisdiction?: string;
}

/** VerifyOptions are the options of verify. */
export interface VerifyOptions extends SessionOptions {
  /** locale is the language, as a BCP 47 tag. Default: that of the page. */
  locale?: string;
  /** signal closes the verification; the promise then rejects as if the user had closed it. */
  signal?: AbortSignal;
}

/** CreateOptions are the options of create. */
export interface CreateOptions extends Defaults {
  clientSecret: string;
  sessionId: string;
  /** methods and ageTier of the same answer are accepted; the widget reads the current ones from the session. */
  methods?: readonly string[];
  ageTier?: string | null;
  locale?: string;
  onSuccess?(result: VerifyResult): void;
  onError?(error: Error & { reason: VerifyReason; code: string | null }): void;
  onExpired?(): void;
  onCancel?(): void;
}

/** Widget is a verification in a container of the merchant's page. */
export interface Widget {
  /** mount shows the widget in an element, or in the first that a CSS selector finds. It throws if there is none. */
  mount(container: string | Element): void;
  /** destroy removes the widget. The session goes on: mount it again, or create a widget for it elsewhere. */
  destroy(): void;
}

/** VerifyElement has the members of both elements. */
export interface VerifyElement extends HTMLElement {
  /** open starts the verification as a click does. */
  open(): Promise<void>;
  /** close ends it as the user's Escape does. */
  close(): void;
}
