export { StileAuthenticationError, StileConnectionError, StileError, StileRateLimitError } from "./errors.js";
export type { ErrorCode, ErrorType } from "./errors.js";
export { WebhookSignatureError } from "./webhooks.js";
export type { NodeRequest, VerifyOptions, WebhookErrorCode, WebRequest } from "./webhooks.js";
export type { Call, Method, RequestOptions, StileOptions } from "./transport.js";
export type { List } from "./pages.js";
export type { components, operations } from "./schema.gen.js";
export type * from "./types.js";
