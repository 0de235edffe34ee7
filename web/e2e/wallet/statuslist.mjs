// Token status lists of the test wallet's issuer, by @sd-jwt/jwt-status-list.
import { StatusList, createHeaderAndPayload } from "@sd-jwt/jwt-status-list";
import * as jose from "jose";

/** statusList returns the token, in JWT form, of a list with bits per status. */
export async function statusList(issuer, { uri, statuses, bits }) {
  const now = Math.floor(Date.now() / 1000);
  const x5c = issuer.chain.map((der) => Buffer.from(der).toString("base64"));
  const { header, payload } = createHeaderAndPayload(
    new StatusList(statuses, bits), { iss: issuer.name, sub: uri, iat: now, exp: now + 3600, ttl: 600 },
    { alg: issuer.algorithm, typ: "statuslist+jwt", x5c },
  );
  return { token: await new jose.SignJWT(payload).setProtectedHeader(header).sign(issuer.key) };
}
