import type { VerifyResult } from "./api.ts";
import { VerifyError } from "./errors.ts";
import { baseOf, post, type Session } from "./session.ts";

const tokenKey = "stile:vp_token";

/** keep stores the token that proves the verification to a later one, for pages of the merchant's origin. */
export function keep({ vpToken }: VerifyResult): void {
  try {
    if (vpToken) localStorage.setItem(tokenKey, vpToken);
  } catch {
    // Blocked storage: the user verifies again next time.
  }
}

/** kept returns the token that was stored; null if there is none, or if the storage is blocked. */
export function kept(): string | null {
  try {
    return localStorage.getItem(tokenKey);
  } catch {
    return null;
  }
}

/**
 * redeem verifies the session by the stored token. It returns null if there is none, or if the server does not take it
 * for any reason; the user then verifies anew. A token that is not valid for this session is forgotten.
 */
export async function redeem({ id, secret }: Session, apiUrl: string | undefined): Promise<VerifyResult | null> {
  const token = kept();
  if (!token) return null;
  try {
    const url = `${baseOf(apiUrl)}/v1/verify/session/${encodeURIComponent(id)}/vp_token`;
    const view = await post(url, { vp_token: token }, secret);
    return view["status"] === "verified" ? resultOf(id, view["vp_token"]) : null;
  } catch (thrown) {
    if (thrown instanceof VerifyError && thrown.code === "vp_token_invalid") localStorage.removeItem(tokenKey);
    return null;
  }
}

/** resultOf returns the result of a verified session, with the token if the server has issued one. */
export function resultOf(sessionId: string, token: unknown): VerifyResult {
  return typeof token === "string" && token ? { sessionId, vpToken: token } : { sessionId };
}
