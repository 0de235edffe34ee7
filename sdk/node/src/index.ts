import { createHmac, randomUUID, webcrypto } from "node:crypto";
import { Client } from "./client.js";
import { webHMAC } from "./hmac.js";
import type { StileOptions } from "./transport.js";
import { Webhooks } from "./webhooks.js";

export * from "./public.js";

/** Stile is a client of the API. Make one with your secret key, and share it. */
export class Stile extends Client {
  readonly webhooks = new Webhooks(webHMAC(webcrypto.subtle), hmac);

  constructor(apiKey: string, options: StileOptions = {}) {
    super(apiKey, options, randomUUID);
  }
}

export default Stile;

function hmac(secret: string, message: Uint8Array): Uint8Array {
  return createHmac("sha256", secret).update(message).digest();
}
