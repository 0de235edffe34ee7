import type { components } from "./schema.gen.js";

/** ErrorType is one of the four classes of errors. */
export type ErrorType = components["schemas"]["ErrorType"];

/** ErrorCode names an error. `connection_failed`, `timeout` and `answer_invalid` are those of this client. */
export type ErrorCode =
  | components["schemas"]["ErrorCode"] | "connection_failed" | "timeout" | "answer_invalid" | (string & {});

/** ErrorFields are the members of an error answer, with the HTTP status. */
export interface ErrorFields {
  type: ErrorType;
  code: ErrorCode;
  message: string;
  param: string | null;
  requestId: string | null;
  statusCode: number;
}

/** StileError is an error answer of the API, and the base of the other errors of requests. */
export class StileError extends Error {
  /** type is the class of the error. */
  readonly type: ErrorType;
  /** code is the value to branch on. */
  readonly code: ErrorCode;
  /** statusCode is the HTTP status, 0 if no answer came. */
  readonly statusCode: number;
  /** param is the parameter at fault, or null. */
  readonly param: string | null;
  /** requestId names the request in Stile's logs. It is null if no answer of Stile came. */
  readonly requestId: string | null;

  constructor(fields: ErrorFields, options?: { cause?: unknown }) {
    super(fields.message, options);
    this.name = new.target.name;
    this.type = fields.type;
    this.code = fields.code;
    this.statusCode = fields.statusCode;
    this.param = fields.param;
    this.requestId = fields.requestId;
  }
}

/** StileAuthenticationError is a 401: the API key is missing, unknown, revoked or expired. */
export class StileAuthenticationError extends StileError {}

/** StileRateLimitError is a 429 that the retries did not get past. */
export class StileRateLimitError extends StileError {
  /** retryAfter is the wait in seconds that the API asks for, or null. */
  readonly retryAfter: number | null;

  constructor(fields: ErrorFields, retryAfter: number | null) {
    super(fields);
    this.retryAfter = retryAfter;
  }
}

/**
 * StileConnectionError says that no whole answer came: the connection failed (`connection_failed`), or the time was up
 * (`timeout`). The API may have served the request. `cause` is the error of fetch.
 */
export class StileConnectionError extends StileError {
  constructor(code: "connection_failed" | "timeout", message: string, cause: unknown) {
    super({ type: "api_error", code, message, param: null, requestId: null, statusCode: 0 }, { cause });
  }
}

/** errorOf returns the error of an answer with the given body. retryAfter is in seconds. */
export function errorOf(response: Response, body: string, retryAfter: number | null): StileError {
  const fields = fieldsOf(response, body);
  switch (response.status) {
    case 401: return new StileAuthenticationError(fields);
    case 429: return new StileRateLimitError(fields, retryAfter);
    default: return new StileError(fields);
  }
}

/** fieldsOf reads the body of an error. A body that is none of Stile's, such as a proxy's, is `answer_invalid`. */
function fieldsOf(response: Response, body: string): ErrorFields {
  const requestId = response.headers.get("request-id");
  const statusCode = response.status;
  const error = parsed(body)?.error;
  if (typeof error?.code !== "string" || typeof error.message !== "string") {
    const message = `HTTP status ${statusCode}, and the body is not an answer of Stile`;
    return { type: "api_error", code: "answer_invalid", message, param: null, requestId, statusCode };
  }
  const { code, message } = error;
  const type = (error.type ?? "api_error") as ErrorType;
  return { type, code, message, param: error.param ?? null, requestId: error.request_id ?? requestId, statusCode };
}

interface ErrorBody {
  error?: { type?: string; code?: string; message?: string; param?: string | null; request_id?: string } | null;
}

function parsed(body: string): ErrorBody | null {
  try {
    return JSON.parse(body) as ErrorBody | null;
  } catch {
    return null;
  }
}
