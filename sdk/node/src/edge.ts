// The entry for runtimes without node:crypto. Everything else is that of index.ts.
import { Client } from "./client.js";
import { webHMAC } from "./hmac.js";
import type { StileOptions } from "./transport.js";
import { Webhooks } from "./webhooks.js";

export * from "./public.js";

/** Stile is a client of the API. Make one with your secret key, and share it. */
export class Stile extends Client {
  readonly webhooks = new Webhooks(webHMAC(crypto.subtle));

  constructor(apiKey: string, options: StileOptions = {}) {
    super(apiKey, options, () => crypto.randomUUID());
  }
}

export default Stile;
