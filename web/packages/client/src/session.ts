import { newKey } from "./key.ts";
import type {
  Attempt, Challenge, DeviceToken, EmailOTP, Handoff, Hints, Method, SharingConsent, Status, Submission, Trouble, View,
} from "./types.ts";
import { Transport, type Call } from "./transport.ts";
import { FileUpload } from "./upload.ts";

/** Follow is one answer of a long poll: the status, or null if it has not changed, and the tag for the next poll. */
export interface Follow {
  status: Status | null;
  etag: string | null;
}

/**
 * SessionClient calls the routes of one session with its credential: the client secret, or the device token of a phone.
 * All methods throw ApiError or NetworkError. A method that changes something takes an idempotency key, under which a
 * repeat has no second effect; without one it makes its own, which covers the repeats of the transport. `handoffUrl` is
 * the page that a handoff's link opens; without one it is that of the workflow.
 */
export class SessionClient {
  constructor(
    readonly sessionId: string,
    private readonly credential: string,
    private readonly transport: Transport = new Transport(""),
    private readonly handoffUrl?: string,
  ) {}

  async view(signal?: AbortSignal): Promise<View> {
    return this.read(await this.transport.send({ method: "GET", path: this.path(), bearer: this.credential, signal }));
  }

  /** follow waits up to `seconds` for a status other than that of the tag. */
  async follow(etag: string | null, seconds: number, signal?: AbortSignal): Promise<Follow> {
    const path = `${this.path("/status")}?wait=${seconds}`;
    const call = { method: "GET", path, bearer: this.credential, etag, signal, attempts: 1 } as const;
    const answer = await this.transport.send(call);
    const status = answer.status === 304 ? null : ((await answer.json()) as Status);
    return { status, etag: answer.headers.get("ETag") ?? etag };
  }

  /** open opens the session, with the hints that its view asks for. */
  open(hints: Hints): Promise<View> {
    return this.post("/open", hints);
  }

  consent(input: { granted: true; text_version?: string }): Promise<View> {
    return this.post("/consent", input);
  }

  report(type: Trouble, key?: string): Promise<View> {
    return this.post("/events", { type }, key);
  }

  /** begin has the method make the challenge for its next attempt. */
  begin(method: Method, input: Record<string, unknown> = {}, key?: string): Promise<Challenge> {
    return this.post(`/methods/${method}/begin`, input, key);
  }

  /** enterCode enters the code of a login that came back in another browser. It returns the response that claims it. */
  async enterCode(method: Method, challenge: string, code: string): Promise<{ response: string }> {
    const path = `/v1/methods/${method}/code/${encodeURIComponent(challenge)}`;
    return this.read(await this.transport.send({ method: "POST", path, body: { code }, key: newKey() }));
  }

  submit(method: Method, input: Submission, key?: string): Promise<Attempt> {
    return this.post(`/methods/${method}`, input, key);
  }

  /** upload returns the upload of a file for the next submission of a method. Its `send` sends it. */
  upload(method: Method, file: Blob): FileUpload {
    const send = (call: Call) => this.transport.send({ ...call, bearer: this.credential });
    return new FileUpload(send, this.path("/uploads"), method, file);
  }

  /** sendOTP mails a one-time code to the session's address, or to `email`. */
  sendOTP(input: { email?: string; locale?: string }): Promise<EmailOTP> {
    return this.post("/otp", input);
  }

  /** verifyOTP enters the code that was mailed. */
  verifyOTP(code: string): Promise<View> {
    return this.post("/otp/verify", { code });
  }

  handoff(): Promise<Handoff> {
    return this.post("/handoff", this.handoffUrl ? { url_base: this.handoffUrl } : {});
  }

  /** confirm chooses the number that the desktop shows. There is one try. */
  confirm(number: number): Promise<View> {
    return this.post("/handoff/confirm", { number });
  }

  async heartbeat(): Promise<void> {
    await this.post("/device/heartbeat", {});
  }

  release(): Promise<View> {
    return this.post("/device/release", {});
  }

  cancel(): Promise<View> {
    return this.post("/cancel", {});
  }

  /**
   * share gives or withdraws the user's consent to share the verification. The request outlives the page, so that no
   * withdrawal is lost if the user leaves at once.
   */
  share(consent: boolean): Promise<SharingConsent> {
    return this.post("/trust_reuse", { consent }, newKey(), true);
  }

  private path(rest = ""): string {
    return `/v1/verify/session/${encodeURIComponent(this.sessionId)}${rest}`;
  }

  private async post<Answer>(rest: string, body: unknown, key = newKey(), keepalive = false): Promise<Answer> {
    const call = { method: "POST", path: this.path(rest), bearer: this.credential, body, key, keepalive } as const;
    return this.read(await this.transport.send(call));
  }

  private async read<Answer>(response: Response): Promise<Answer> {
    return (await response.json()) as Answer;
  }
}

/**
 * exchange takes a session with the token of a handoff's link. The token works once: repeat a request after a lost
 * answer under the same key.
 */
export async function exchange(
  token: string,
  deviceId: string,
  key: string,
  transport: Transport = new Transport(""),
): Promise<DeviceToken> {
  const body = { token, device_id: deviceId };
  const answer = await transport.send({ method: "POST", path: "/v1/handoff/exchange", body, key });
  return (await answer.json()) as DeviceToken;
}
