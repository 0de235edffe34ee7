// SD-JWT VCs of the test wallet, issued and presented by @sd-jwt/sd-jwt-vc.
import { createHash, createPublicKey, randomBytes } from "node:crypto";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { algorithmOf, newKey } from "./certificates.mjs";
import { signWith, verifyWith } from "./crypto.mjs";
import { person, sdjwts } from "./documents.mjs";
import { validity } from "./mdoc.mjs";

const hasher = (data, algorithm) => new Uint8Array(createHash(algorithm.replace("-", "").toLowerCase())
  .update(typeof data === "string" ? data : Buffer.from(data)).digest());
const seconds = (date) => date.getTime() / 1000;
const signer = (key) => (data) => Buffer.from(signWith(key, Buffer.from(data))).toString("base64url");

function instance(issuer, device, hashAlg = "sha-256") {
  return new SDJwtVcInstance({
    signer: signer(issuer.key), signAlg: issuer.algorithm, kbSigner: signer(device), kbSignAlg: algorithmOf(device),
    verifier: () => true, hasher, hashAlg, saltGenerator: (length) => randomBytes(length).toString("base64url"),
  });
}

/** frameOf returns the frame that makes every claim disclosable, also those inside objects. */
function frameOf(claims) {
  const frame = { _sd: Object.keys(claims), _sd_decoy: 2 };
  for (const [name, value] of Object.entries(claims)) {
    if (Array.isArray(value)) frame[name] = { _sd: value.map((_, at) => at) };
    else if (typeof value === "object") frame[name] = { _sd: Object.keys(value) };
  }
  return frame;
}

/** issueSDJWT issues the SD-JWT VC of a kind to a new device key. */
export async function issueSDJWT(issuer, kind, options = {}) {
  const { vct, claims: claimsOf } = sdjwts[kind];
  const device = newKey(options.deviceAlgorithm ?? "ES256");
  const { signed, validFrom, validUntil } = validity(options.validity);
  const claims = claimsOf({ ...person, issuing_country: issuer.country, ...options.person });
  const sdjwt = instance(issuer, device, options.digestAlgorithm?.toLowerCase());
  const credential = await sdjwt.issue(
    {
      iss: issuer.name, vct, iat: seconds(signed), nbf: seconds(validFrom), exp: seconds(validUntil),
      cnf: { jwk: createPublicKey(device).export({ format: "jwk" }) },
      ...(options.status ? { status: { status_list: options.status } } : {}), ...claims,
    },
    frameOf(claims),
    { header: { x5c: issuer.chain.map((der) => Buffer.from(der).toString("base64")) } },
  );
  return { kind, format: "dc+sd-jwt", vct, claims: { vct, iss: issuer.name, ...claims }, sdjwt, credential };
}

/** verifySDJWT throws unless @sd-jwt/sd-jwt-vc accepts a presentation of an issuer with a public key, a JWK. */
export async function verifySDJWT({ presentation, issuerKey, nonce }) {
  const verifier = (jwk) => (data, signature) =>
    verifyWith(createPublicKey({ key: jwk, format: "jwk" }), Buffer.from(data), Buffer.from(signature, "base64url"));
  const sdjwt = new SDJwtVcInstance({
    hasher, verifier: verifier(issuerKey),
    kbVerifier: (data, signature, payload) => verifier(payload.cnf.jwk)(data, signature),
  });
  const { payload } = await sdjwt.verify(presentation, { keyBindingNonce: nonce });
  return { claims: payload };
}

/** disclose adds the claim at a path of a DCQL query to a presentation frame. A null stands for all elements. */
function disclose(frame, claims, [step, ...rest]) {
  for (const name of step === null ? Object.keys(claims) : [step]) {
    if (rest.length === 0 && typeof claims[name] !== "object") {
      frame[name] = true;
      continue;
    }
    if (typeof frame[name] !== "object") frame[name] = {};
    if (rest.length > 0) disclose(frame[name], claims[name], rest);
    else for (const inner of Object.keys(claims[name])) disclose(frame[name], claims[name], [inner]);
  }
}

/** presentSDJWT returns the presentation of the claims at the paths, with a key binding JWT. */
export async function presentSDJWT(document, paths, { nonce, audience }) {
  const frame = {};
  for (const path of paths) disclose(frame, document.claims, path);
  const payload = { iat: Math.floor(Date.now() / 1000), nonce, aud: audience };
  return document.sdjwt.present(document.credential, frame, { kb: { payload } });
}
