// OpenID4VP 1.0 as a wallet speaks it, by @openid4vc/openid4vp: by redirect, and for the Digital Credentials API.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vpClient } from "@openid4vc/openid4vp";
import * as jose from "jose";
import { requestCallbacks } from "./crypto.mjs";
import { transcriptOf } from "./mdoc.mjs";
import { present } from "./query.mjs";

setGlobalConfig({ allowInsecureUrls: true }); // the verifiers of tests listen on the loopback without TLS

const client = new Openid4vpClient({ callbacks: requestCallbacks });
const jarType = "application/oauth-authz-req+jwt";
/** encryption is what the wallet can encrypt by. */
const encryption = {
  authorization_signing_alg_values_supported: [], authorization_encryption_alg_values_supported: ["ECDH-ES"],
  authorization_encryption_enc_values_supported: ["A128GCM", "A256GCM"],
};

/** metadata are the wallet_metadata that it sends with its nonce. */
const metadata = {
  vp_formats_supported: {
    mso_mdoc: { issuerauth_alg_values: [-7, -35, -36, -8], deviceauth_alg_values: [-7, -35, -36, -8] },
    "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"] },
  },
  client_id_prefixes_supported: ["x509_san_dns", "x509_hash"],
  request_object_signing_alg_values_supported: ["ES256"],
};

/** post fetches a request object with a nonce of the wallet. The package would not send the nonce. */
async function post(address, nonce) {
  const response = await fetch(address, {
    method: "POST", headers: { Accept: jarType },
    body: new URLSearchParams({ wallet_nonce: nonce, wallet_metadata: JSON.stringify(metadata) }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get("content-type"), jarType);
  return text;
}

/**
 * resolveLink fetches the request behind a link by the method, get or post, or that of the link, and verifies
 * signature, client id, nonce of the wallet and audience.
 */
export async function resolveLink(link, method) {
  const { type, params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
  assert.equal(type, "jar");
  const { request_uri_method: asked, ...rest } = params;
  const by = method ?? asked ?? "get";
  const wallet = by === "post" ? { expectedNonce: randomBytes(16).toString("base64url") } : {};
  const authorizationRequestPayload = by === "post"
    ? { client_id: rest.client_id, request: await post(rest.request_uri, wallet.expectedNonce) }
    : rest;
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload, wallet });
  assert.equal(resolved.version, 100, "the request is one of OpenID4VP 1.0");
  assert.equal(resolved.authorizationRequestPayload.aud, "https://self-issued.me/v2");
  return resolved;
}

/** keyOf returns the key that the response is encrypted to, and its thumbprint; undefined for a plain response. */
async function keyOf(request) {
  if (!request.response_mode.endsWith(".jwt")) return {};
  const jwk = request.client_metadata.jwks.keys.find((key) => key.use === "enc" || key.alg === "ECDH-ES");
  return { jwk, jwkThumbprint: await jose.calculateJwkThumbprint(jwk) };
}

function respond(request, vpToken, jwk, origin) {
  return client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request, authorizationResponsePayload: { vp_token: vpToken }, origin,
    ...(jwk ? { jarm: { encryption: { jwk }, serverMetadata: encryption } } : {}),
  });
}

/**
 * byRedirect answers the request behind a link. Refuse names an error to answer with instead. The result has the
 * response of the verifier: `status`, `body`, and `redirect_uri` of the body. Hold returns the form without posting it.
 */
export async function byRedirect(link, documents, { method, refuse, hold } = {}) {
  const { authorizationRequestPayload: request } = await resolveLink(link, method);
  if (refuse) return posted(request, { error: refuse, state: request.state });
  const { jwk, jwkThumbprint } = await keyOf(request);
  const { client_id: clientId, nonce, response_uri: responseUri } = request;
  const transcript = await transcriptOf({ kind: "redirect", clientId, nonce, responseUri, jwkThumbprint });
  const token = await present(request.dcql_query, documents, transcript, { nonce, audience: clientId });
  const { authorizationResponsePayload, jarm } = await respond(request, token, jwk);
  const form = jarm ? { response: jarm.responseJwt } : {
    ...authorizationResponsePayload, vp_token: JSON.stringify(authorizationResponsePayload.vp_token),
  };
  return hold ? { response_uri: responseUri, form } : posted(request, form);
}

async function posted(request, form) {
  const fields = Object.entries(form).filter(([, value]) => value !== undefined);
  const response = await fetch(request.response_uri, { method: "POST", body: new URLSearchParams(fields) });
  const text = await response.text();
  const body = text.startsWith("{") ? JSON.parse(text) : text;
  return { status: response.status, body, redirect_uri: body.redirect_uri };
}

/** byDigitalCredentials answers a request of the Digital Credentials API from an origin, as the browser returns it. */
export async function byDigitalCredentials({ protocol, data }, origin, documents) {
  const signed = protocol === "openid4vp-v1-signed";
  assert.equal(Object.hasOwn(data, "request"), signed, `the data of ${protocol}`);
  const { authorizationRequestPayload: request } = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: data, origin,
  });
  const { jwk, jwkThumbprint } = await keyOf(request);
  const transcript = await transcriptOf({ kind: "dc_api", origin, nonce: request.nonce, jwkThumbprint });
  const binding = { nonce: request.nonce, audience: `origin:${origin}` };
  const token = await present(request.dcql_query, documents, transcript, binding);
  const { authorizationResponsePayload, jarm } = await respond(request, token, jwk, origin);
  return { protocol, data: jarm ? { response: jarm.responseJwt } : authorizationResponsePayload };
}
