import type { Event } from "./types.js";

/** WebhookErrorCode is the reason for which a signature was refused. */
export type WebhookErrorCode = "missing_header" | "invalid_header" | "timestamp_expired" | "signature_mismatch";

const reasons: Record<WebhookErrorCode, string> = {
  missing_header: "the request has no Stile-Signature header",
  invalid_header: 'the signature is not "t={Unix seconds},v1={hex}"',
  timestamp_expired: "the timestamp of the signature is too far from now",
  signature_mismatch: "the signature does not match the body: the secret is another, or the body was changed",
};

/** WebhookSignatureError is the refusal of a signature. Answer 400. */
export class WebhookSignatureError extends Error {
  readonly code: WebhookErrorCode;

  constructor(code: WebhookErrorCode) {
    super(reasons[code]);
    this.name = "WebhookSignatureError";
    this.code = code;
  }
}

/** WebRequest is the part of the standard Request that fromRequest reads. */
export interface WebRequest {
  headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** NodeRequest is the part of a request of node:http, Express or Fastify's raw request that fromRequest reads. */
export interface NodeRequest {
  headers: Record<string, string | string[] | undefined>;
  readableEnded?: boolean;
  /** body is the raw body, as express.raw() leaves it. */
  body?: unknown;
  /** rawBody is the raw body that some platforms put beside a parsed one. */
  rawBody?: unknown;
  [Symbol.asyncIterator]?(): AsyncIterator<unknown>;
}

/** VerifyOptions change how a signature is verified. */
export interface VerifyOptions {
  /** tolerance is the accepted difference between the timestamp and now, in seconds. Default: 300. */
  tolerance?: number | undefined;
}

/** Digest returns the HMAC-SHA256 of a message. */
export type Digest<T> = (secret: string, message: Uint8Array) => T;

/** maxBody is the largest body in bytes that fromRequest reads from a stream. Events are far smaller. */
const maxBody = 1 << 20;

/** Webhooks verifies deliveries and parses their events. */
export class Webhooks {
  readonly #digest: Digest<Promise<Uint8Array>>;
  readonly #digestSync: Digest<Uint8Array> | undefined;

  constructor(digest: Digest<Promise<Uint8Array>>, digestSync?: Digest<Uint8Array>) {
    this.#digest = digest;
    this.#digestSync = digestSync;
  }

  /**
   * fromRequest verifies a delivery and returns its event. It takes the request as the framework passes it: a standard
   * Request, or one of node:http or Express whose body is unread, or raw. During the rotation of a secret either secret
   * matches. It rejects with a WebhookSignatureError, or with another error if the secret is empty, the body was parsed
   * before, or is not an event.
   */
  async fromRequest(request: WebRequest | NodeRequest, secret: string, options: VerifyOptions = {}): Promise<Event> {
    const body = await bodyOf(request);
    const headers = [headerOf(request, "stile-signature"), headerOf(request, "stile-signature-next")];
    let refused: WebhookSignatureError | undefined;
    for (const header of headers.filter((one) => one !== "")) {
      try {
        const signed = signedBy(header, body, secret, options);
        compare(signed.signatures, await this.#digest(secret, signed.message));
        return eventOf(body);
      } catch (error) {
        if (!(error instanceof WebhookSignatureError)) throw error;
        refused ??= error;
      }
    }
    throw refused ?? new WebhookSignatureError("missing_header");
  }

  /**
   * constructEvent verifies the raw body of a delivery against the value of its Stile-Signature header and returns the
   * event. It throws as fromRequest rejects. It needs node:crypto, which @stile/node/edge does without.
   */
  constructEvent(
    body: string | Uint8Array, header: string | string[] | null | undefined, secret: string,
    options: VerifyOptions = {},
  ): Event {
    if (!this.#digestSync) throw new Error("stile: this runtime has no node:crypto; use webhooks.fromRequest");
    const text = [header ?? ""].flat().join(",");
    if (text === "") throw new WebhookSignatureError("missing_header");
    const bytes = bytesOf(body);
    const signed = signedBy(text, bytes, secret, options);
    compare(signed.signatures, this.#digestSync(secret, signed.message));
    return eventOf(bytes);
  }
}

/** signedBy parses a header, checks its timestamp, and returns its signatures and the message that they sign. */
function signedBy(header: string, body: Uint8Array, secret: string, { tolerance = 300 }: VerifyOptions) {
  if (typeof secret !== "string" || secret === "") throw new TypeError("stile: the secret of the endpoint is empty");
  const { timestamp, signatures } = parse(header);
  if (!/^[+-]?\d+(\.\d+)?$/.test(timestamp) || signatures.length === 0) {
    throw new WebhookSignatureError("invalid_header");
  }
  const age = Math.floor(Date.now() / 1000) - Math.trunc(Number(timestamp));
  if (!(Math.abs(age) <= tolerance)) throw new WebhookSignatureError("timestamp_expired");
  return { signatures, message: joined(new TextEncoder().encode(`${timestamp}.`), body) };
}

/** parse returns the parts of a header. Parts of other schemes are ignored; two different timestamps give none. */
function parse(header: string): { timestamp: string; signatures: Uint8Array[] } {
  const values = (name: string) => header.split(",").map((part) => part.split("="))
    .filter(([key]) => key?.trim().toLowerCase() === name).map(([, value]) => (value ?? "").trim());
  const [timestamp = "", ...others] = [...new Set(values("t"))];
  const signatures = values("v1").filter((hex) => /^[0-9a-f]{64}$/i.test(hex)).map(fromHex);
  return { timestamp: others.length > 0 ? "" : timestamp, signatures };
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** compare throws if no signature equals the digest. Its time does not depend on their bytes. */
function compare(signatures: Uint8Array[], digest: Uint8Array): void {
  const equal = signatures.map((signature) => {
    return digest.reduce((difference, byte, at) => difference | (byte ^ (signature[at] ?? 0)), 0) === 0;
  });
  if (!equal.includes(true)) throw new WebhookSignatureError("signature_mismatch");
}

function eventOf(body: Uint8Array): Event {
  let event: Partial<Event> | null;
  try {
    event = JSON.parse(new TextDecoder().decode(body)) as Partial<Event> | null;
  } catch {
    event = null;
  }
  if (!event?.id || !event.type) throw new Error("stile: the signed body is not an event");
  return event as Event;
}

function headerOf(request: WebRequest | NodeRequest, name: string): string {
  if (typeof request.headers.get === "function") return request.headers.get(name) ?? "";
  return [(request as NodeRequest).headers[name] ?? ""].flat().join(",");
}

async function bodyOf(request: WebRequest | NodeRequest): Promise<Uint8Array> {
  if ("arrayBuffer" in request) return new Uint8Array(await request.arrayBuffer());
  for (const body of [request.rawBody, request.body]) {
    if (typeof body === "string" || body instanceof Uint8Array) return bytesOf(body);
  }
  if (request.readableEnded === false && request[Symbol.asyncIterator]) {
    return read(request as AsyncIterable<unknown>);
  }
  throw new TypeError("stile: the body was parsed before; pass the raw body, with Express by express.raw()");
}

async function read(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  let body: Uint8Array = new Uint8Array(0);
  for await (const part of stream) {
    body = joined(body, bytesOf(part as string | Uint8Array));
    if (body.length > maxBody) throw new RangeError("stile: the body is larger than 1 MiB");
  }
  return body;
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError("stile: the raw body must be a string or bytes");
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
