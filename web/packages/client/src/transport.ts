import { errorOf, NetworkError } from "./errors.ts";

/** Call is one request. One that changes something has an idempotency key, so that a repeat has no second effect. */
export interface Call {
  method: "GET" | "HEAD" | "PATCH" | "POST";
  path: string;
  bearer?: string | undefined;
  body?: unknown;
  key?: string | undefined;
  etag?: string | null | undefined;
  /** headers are further ones, by their names. */
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  /** keepalive lets the request outlive the page. Its body has at most 64 KiB. */
  keepalive?: boolean;
  /** attempts is how often the request is sent at most; 1 means that it is not repeated. Default 4. */
  attempts?: number;
}

/** Pause waits between two tries. Tests replace it. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

const repeatable = new Set([429, 502, 503, 504]);

/** longest is the longest pause before a repeat, in seconds. */
const longest = 30;

/**
 * Transport sends requests to the API at a base URL. It repeats requests that failed on the way or were refused for
 * now, with growing pauses, or with that of `Retry-After`. A POST whose pause would be longer than half a minute is
 * not repeated, because a user waits for its answer. Transport throws an ApiError or a NetworkError. `language` returns
 * the language of the page, in which the server then writes texts for the user; without it they are in the browser's.
 */
export class Transport {
  constructor(
    private readonly base: string,
    private readonly language: () => string = () => "",
    private readonly fetcher: typeof fetch = (...given) => fetch(...given),
    private readonly pause: Pause = wait,
  ) {}

  async send(call: Call): Promise<Response> {
    const attempts = call.attempts ?? 4;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.once(call);
      if (answer instanceof Response && !repeatable.has(answer.status)) {
        if (answer.ok || answer.status === 304) return answer;
        throw await errorOf(answer);
      }
      if (attempt === attempts || (call.method === "POST" && pauseAsked(answer) > longest)) {
        throw answer instanceof Response ? await errorOf(answer) : answer;
      }
      await this.pause(delay(attempt, answer), call.signal);
    }
  }

  private async once(call: Call): Promise<Response | NetworkError> {
    try {
      return await this.fetcher(this.base + call.path, request(call, this.language()));
    } catch (cause) {
      call.signal?.throwIfAborted();
      return new NetworkError("No answer arrived", { cause });
    }
  }
}

function request(call: Call, language: string): RequestInit {
  const headers: Record<string, string> = { ...call.headers };
  if (language) headers["Accept-Language"] = language;
  if (call.bearer) headers["Authorization"] = `Bearer ${call.bearer}`;
  if (call.key) headers["Idempotency-Key"] = call.key;
  if (call.etag) headers["If-None-Match"] = call.etag;
  const init: RequestInit = { method: call.method, headers, credentials: "omit", cache: "no-store" };
  if (call.signal) init.signal = call.signal;
  if (call.keepalive) init.keepalive = true;
  if (call.body instanceof Blob) {
    init.body = call.body;
  } else if (call.method === "POST") {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(call.body ?? {});
  }
  return init;
}

/** delay returns the pause after a failed try in milliseconds: that of Retry-After, else 0.5 s, 1 s, … up to 8 s. */
function delay(attempt: number, answer: Response | NetworkError): number {
  const asked = pauseAsked(answer);
  if (asked > 0) return Math.min(asked, longest) * 1000;
  return Math.min(500 * 2 ** (attempt - 1), 8000) * (0.75 + Math.random() / 2);
}

/** pauseAsked returns the seconds of Retry-After; 0 without it. */
function pauseAsked(answer: Response | NetworkError): number {
  return answer instanceof Response ? Number(answer.headers.get("Retry-After")) || 0 : 0;
}

function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
