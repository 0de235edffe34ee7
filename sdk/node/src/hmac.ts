import type { Digest } from "./webhooks.js";

/** webHMAC returns the HMAC-SHA256 of WebCrypto. */
export function webHMAC(subtle: SubtleCrypto): Digest<Promise<Uint8Array>> {
  return async (secret, message) => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", key, message));
  };
}
type SubtleCrypto = import("node:crypto").webcrypto.SubtleCrypto;
