import { errorOf, StileConnectionError, StileError } from "./errors.js";
import { version } from "./version.js";

/** StileOptions are the settings of a client. */
export interface StileOptions {
  /** baseUrl is the URL of the API, without /v1. Default: https://api.stile.id. */
  baseUrl?: string | undefined;
  /** maxRetries is how often a request is repeated after 429, 5xx and network faults. Default: 2. */
  maxRetries?: number | undefined;
  /** timeout is the time in milliseconds that one attempt may take, answer included. Default: 30,000. */
  timeout?: number | undefined;
  /** fetch replaces the fetch of the runtime. */
  fetch?: typeof fetch | undefined;
}

/** RequestOptions are the settings of one request. */
export interface RequestOptions {
  /** idempotencyKey names the operation: a repeat with the same key has no second effect. Default: random for POST. */
  idempotencyKey?: string | undefined;
  /** signal ends the request, and the waits between its attempts. */
  signal?: AbortSignal | undefined;
  maxRetries?: number | undefined;
  timeout?: number | undefined;
}

/** Method is an HTTP method of the API. */
export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** Call is a request: query has plain values, lists, and ranges such as created: { gte: 1 }. */
export interface Call {
  query?: object | undefined;
  body?: unknown;
}

/** Requester sends requests. */
export interface Requester {
  request<T>(method: Method, path: string, call?: Call, options?: RequestOptions): Promise<T>;
}

type Outcome<T> = { value: T } | { error: StileError; retryAfter: number | null; again: boolean };

/** longestWait is the longest wait between two attempts, in milliseconds. */
const longestWait = 30_000;
/** longestRetryAfter is the longest Retry-After in seconds that is waited for: the rate limit's window. */
const longestRetryAfter = 60;

/** Transport sends requests with the key, and repeats those that failed for a moment. */
export class Transport implements Requester {
  readonly #key: string;
  readonly #baseUrl: string;
  readonly #maxRetries: number;
  readonly #timeout: number;
  readonly #fetch: typeof fetch;
  readonly #randomId: () => string;

  constructor(key: string, options: StileOptions, randomId: () => string) {
    this.#key = checkedKey(key);
    this.#baseUrl = checkedUrl(options.baseUrl ?? "https://api.stile.id");
    this.#maxRetries = checkedCount(options.maxRetries ?? 2);
    this.#timeout = checkedTimeout(options.timeout ?? 30_000);
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#randomId = randomId;
  }

  /** request sends a call and returns the JSON of the answer. It rejects with a StileError, or the signal's reason. */
  async request<T>(method: Method, path: string, call: Call = {}, options: RequestOptions = {}): Promise<T> {
    const url = this.#baseUrl + path + queryOf(call.query);
    const init = this.#init(method, call, options);
    const retries = checkedCount(options.maxRetries ?? this.#maxRetries);
    const timeout = checkedTimeout(options.timeout ?? this.#timeout);
    for (let attempt = 0; ; attempt++) {
      options.signal?.throwIfAborted();
      const outcome = await this.#attempt<T>(url, init, `${method} ${path}`, timeout, options.signal);
      if ("value" in outcome) return outcome.value;
      if (!outcome.again || attempt >= retries || (outcome.retryAfter ?? 0) > longestRetryAfter) throw outcome.error;
      await sleep(waitOf(attempt, outcome.retryAfter), options.signal);
    }
  }

  #init(method: Method, call: Call, options: RequestOptions): RequestInit {
    const headers: Record<string, string> = {
      Authorization: `Bearer ${this.#key}`, Accept: "application/json", "User-Agent": userAgent(),
    };
    if (method === "POST") headers["Idempotency-Key"] = options.idempotencyKey ?? this.#randomId();
    else if (options.idempotencyKey !== undefined) headers["Idempotency-Key"] = options.idempotencyKey;
    // A redirect is an error: it would turn a POST into a GET.
    const init: RequestInit = { method, headers, redirect: "manual" };
    if (call.body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(call.body);
    }
    return init;
  }

  /** #attempt sends the request once. label stands for the request in messages: its query may be personal. */
  async #attempt<T>(
    url: string, init: RequestInit, label: string, timeout: number, signal?: AbortSignal,
  ): Promise<Outcome<T>> {
    const controller = new AbortController();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      controller.abort();
    }, timeout);
    const abort = () => controller.abort();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const response = await this.#fetch(url, { ...init, signal: controller.signal });
      return outcomeOf<T>(response, await response.text());
    } catch (cause) {
      signal?.throwIfAborted();
      const error = late
        ? new StileConnectionError("timeout", `${label}: no answer within ${timeout} ms`, cause)
        : new StileConnectionError("connection_failed", `${label}: the connection failed: ${reasonOf(cause)}`, cause);
      return { error, retryAfter: null, again: true };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

function outcomeOf<T>(response: Response, text: string): Outcome<T> {
  if (response.ok) {
    try {
      return { value: JSON.parse(text) as T };
    } catch {
      return { error: errorOf(response, "", null), retryAfter: null, again: false };
    }
  }
  const retryAfter = secondsOf(response.headers.get("retry-after"));
  const again = response.status === 429 || response.status >= 500;
  return { error: errorOf(response, text, retryAfter), retryAfter, again };
}

/** waitOf returns the milliseconds before the next attempt: min(500 * 2^attempt + jitter, 30 s), or Retry-After. */
function waitOf(attempt: number, retryAfter: number | null): number {
  const backoff = Math.min(500 * 2 ** attempt + Math.random() * 500, longestWait);
  return Math.max(backoff, (retryAfter ?? 0) * 1000);
}

/** secondsOf parses Retry-After, a number of seconds or a date. It returns null if there is none. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, (at - Date.now()) / 1000);
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
  });
}

/** reasonOf returns the code of a network fault, such as ECONNREFUSED, or its message. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause as { code?: unknown } | undefined;
  return typeof inner?.code === "string" ? inner.code : cause.message;
}

/** queryOf returns the query with its question mark, or nothing. Null and undefined are left out. */
function queryOf(query: object = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    if (name === "expand") for (const one of [value].flat()) search.append("expand[]", String(one));
    else if (Array.isArray(value)) search.append(name, value.join(","));
    else if (typeof value !== "object") search.append(name, String(value));
    else {
      for (const [bound, limit] of Object.entries(value)) {
        if (limit !== undefined && limit !== null) search.append(`${name}[${bound}]`, String(limit));
      }
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}

/** route is the tag of a path: it escapes ids, and refuses those that would lead to another path. */
export function route(parts: TemplateStringsArray, ...ids: (string | number)[]): string {
  return parts.reduce((path, part, at) => path + segment(ids[at - 1]) + part);
}

function segment(id: string | number | undefined): string {
  const text = typeof id === "number" ? String(id) : id;
  if (typeof text !== "string" || /^\.{0,2}$/.test(text)) throw new TypeError(`stile: the id ${String(id)} is invalid`);
  return encodeURIComponent(text);
}

/** The message does not repeat the key. */
function checkedKey(key: string): string {
  if (typeof key !== "string" || !/^[\x21-\x7e]+$/.test(key)) {
    throw new TypeError("stile: the API key is missing, or has characters that no key has");
  }
  return key;
}

function checkedUrl(baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError("stile: baseUrl is not a URL");
  }
  if (!/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw new TypeError("stile: baseUrl must be an http or https URL without user, query and fragment");
  }
  return url.href.replace(/\/+$/, "");
}

function checkedCount(maxRetries: number): number {
  if (!Number.isInteger(maxRetries) || maxRetries < 0) throw new RangeError("stile: maxRetries must be 0 or more");
  return maxRetries;
}

function checkedTimeout(timeout: number): number {
  // A longer time overflows the timer, which then fires at once.
  if (!(timeout > 0 && timeout < 2 ** 31)) throw new RangeError("stile: timeout must be in 1 to 2147483647 ms");
  return timeout;
}

interface Runtime {
  process?: { version?: string };
  Deno?: { version?: { deno?: string } };
  Bun?: { version?: string };
  navigator?: { userAgent?: string };
}

function userAgent(): string {
  const { Bun, Deno, process, navigator } = globalThis as Runtime;
  const runtime = Bun ? `bun ${Bun.version}` : Deno ? `deno ${Deno.version?.deno}`
    : process?.version ? `node ${process.version}` : navigator?.userAgent ?? "unknown";
  return `stile-node/${version} (${runtime})`;
}
