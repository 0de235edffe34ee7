import type { SessionOptions } from "./api.ts";
import { VerifyError } from "./errors.ts";

/** Session has the values that the page of a verification needs. */
export interface Session {
  id: string;
  secret: string;
}

/** patience is how long a request for a session may take, in milliseconds. */
const patience = 30_000;

/** keyOf returns a key that differs for options that lead to different sessions. */
function keyOf(o: SessionOptions): string {
  return JSON.stringify([
    o.clientSecret, o.sessionId, o.sessionUrl, o.publishableKey, o.workflowId, o.email, o.jurisdiction, o.type,
  ]);
}

/** Source gets one session and keeps it, so that a second opening goes on with it, until the options change. */
export class Source {
  #key = "";
  #session: Promise<Session> | null = null;

  /** take returns the session of the options as `read` returns them at the end. It throws a VerifyError. */
  async take(read: () => SessionOptions): Promise<Session> {
    for (;;) {
      const session = await this.#get(read());
      if (keyOf(read()) === this.#key) return session;
    }
  }

  /** drop forgets the session, because it has ended. */
  drop(): void {
    this.#session = null;
  }

  #get(options: SessionOptions): Promise<Session> {
    const key = keyOf(options);
    if (this.#session && this.#key === key) return this.#session;
    this.#key = key;
    const session = (this.#session = mint(options));
    session.catch(() => this.#session === session && this.drop());
    return session;
  }
}

async function mint(o: SessionOptions): Promise<Session> {
  const { workflowId, email, jurisdiction } = o;
  if (o.clientSecret && o.sessionId) return { id: o.sessionId, secret: o.clientSecret };
  if (o.sessionUrl) {
    const answer = await post(o.sessionUrl, { workflowId, email, jurisdiction });
    return sessionOf(answer["session_id"], answer["client_secret"], "session-url");
  }
  if (!o.publishableKey || !workflowId) {
    throw new VerifyError(
      "configuration", "Set session-url, or client-secret and session-id, or publishable-key and workflow-id",
    );
  }
  const answer = await post(
    `${baseOf(o.apiUrl)}/v1/verification_sessions`,
    { type: o.type ?? "age", workflow_id: workflowId, email, jurisdiction, captcha_token: o.captchaToken },
    o.publishableKey,
  );
  return sessionOf(answer["id"], answer["client_secret"], "The API");
}

/** baseOf returns the base of the API without a slash at its end. */
export function baseOf(apiUrl: string | undefined): string {
  if (!apiUrl) throw new VerifyError("configuration", "Set api-url to the address of the API");
  return apiUrl.replace(/\/+$/, "");
}

function sessionOf(id: unknown, secret: unknown, from: string): Session {
  if (typeof id === "string" && typeof secret === "string" && id && secret) return { id, secret };
  throw new VerifyError("session", `${from} must answer session_id and client_secret`);
}

/** post sends a body as JSON, and returns that of the answer. It throws a VerifyError. */
export async function post(url: string, body: object, bearer?: string): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (bearer) headers["Authorization"] = `Bearer ${bearer}`;
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: "POST", headers, body: JSON.stringify(body), cache: "no-store", signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new VerifyError("session", `No answer from ${url}`);
  }
  const json = ((await answer.json().catch(() => null)) ?? {}) as Record<string, unknown>;
  if (answer.ok) return json;
  const error = json["error"] as { message?: string; code?: string } | undefined;
  throw new VerifyError("session", error?.message ?? `${url} answered ${answer.status}`, error?.code ?? null);
}
