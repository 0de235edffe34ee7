import { Transport } from "./transport.ts";
import type { SharingLink } from "./types.ts";

/** readSharingLink reads the link of a mail about a shared verification. It changes nothing. */
export function readSharingLink(token: string, transport?: Transport): Promise<SharingLink> {
  return post("", token, transport);
}

/**
 * followSharingLink revokes the grant of a link, or ends all sharing. The link works once; a repeat changes nothing.
 */
export function followSharingLink(token: string, transport?: Transport): Promise<SharingLink> {
  return post("/revoke", token, transport);
}

async function post(rest: string, token: string, transport = new Transport("")): Promise<SharingLink> {
  const answer = await transport.send({ method: "POST", path: `/v1/trust_reuse/link${rest}`, body: { token } });
  return (await answer.json()) as SharingLink;
}
