import type { VerifyReason } from "./api.ts";

/** VerifyError is why no verification came about. `message` is for the merchant's developers. */
export class VerifyError extends Error {
  override readonly name = "VerifyError";

  constructor(
    readonly reason: VerifyReason,
    message: string,
    readonly code: string | null = null,
    readonly sessionId: string | null = null,
  ) {
    super(message);
  }
}

/** errorOf returns a VerifyError for anything that was thrown. */
export function errorOf(thrown: unknown): VerifyError {
  if (thrown instanceof VerifyError) return thrown;
  return new VerifyError("session", thrown instanceof Error ? thrown.message : String(thrown));
}
