import { Transport } from "./transport.ts";
import type { Method } from "./types.ts";

/** ReturnedLogin is the answer to a page that came back from an institution, or from a wallet, which has no name. */
export interface ReturnedLogin {
  code: string;
  merchant: string;
  institution?: string;
}

/** readReturned reads the code that claims a login, and the names for the user. */
export async function readReturned(
  login: { method: Method; challenge: string; response: string },
  transport = new Transport(""),
): Promise<ReturnedLogin> {
  const path = `/v1/methods/${login.method}/returned/${encodeURIComponent(login.challenge)}`;
  const answer = await transport.send({ method: "POST", path, body: { response: login.response } });
  return (await answer.json()) as ReturnedLogin;
}
