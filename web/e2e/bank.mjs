// The institutions of the tests: the certified OpenID provider oidc-provider, on a port of its own each. It is run as a
// program: it prints its issuer, and reads from its input one JSON line with the client. Accounts are chosen in a form.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createPlain } from "node:http";
import { createServer as createTLS } from "node:https";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

/** accounts are the users, by the names in the form, with what the institution says about each. */
const accounts = {
  adult: {
    birthdate: "1990-01-31", age_over_16: true, age_over_18: true, age_over_21: true,
    given_name: "Ada", family_name: "Lovelace",
    eduperson_scoped_affiliation: ["member@uni.example", "student@uni.example"],
    verified_claims: { verification: { trust_framework: "eidas" }, claims: { birthdate: "1990-01-31" } },
  },
  minor: { birthdate: "2015-01-31", age_over_16: false, age_over_18: false, age_over_21: false },
  child: { birthdate: "2015-01-31", given_name: "Ben", family_name: "Lovelace" },
  "canary-subject-5e0b": { birthdate: "1971-12-23", given_name: "Canarygiven", family_name: "Canaryfamily" },
  unknown: {},
  foreign: {
    eduperson_scoped_affiliation: ["student@other.example", "staff@uni.example"],
    verified_claims: { verification: { trust_framework: "shop" }, claims: { birthdate: "1990-01-31" } },
  },
};
const claims = [...new Set(Object.values(accounts).flatMap((account) => Object.keys(account)))];

/** configurationOf returns the provider's configuration for the client. Profile fapi2 or oidc. */
function configurationOf({ profile, dpop, client }) {
  const keys = ["ES256", "PS256", "RS256"].map((alg) => {
    const { privateKey } = alg === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
    return { ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid: `bank-${alg}` };
  });
  return {
    jwks: { keys },
    clients: [client],
    clientAuthMethods: [client.token_endpoint_auth_method],
    claims: {
      openid: ["sub", "acr"], profile: ["given_name", "family_name"],
      ...Object.fromEntries(claims.map((name) => [name, null])),
    },
    acrValues: ["urn:bank:strong"],
    cookies: { keys: [randomBytes(16).toString("hex")] },
    enabledJWA: { idTokenSigningAlgValues: ["ES256", "PS256", "RS256"], dPoPSigningAlgValues: ["ES256"] },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      userinfo: { enabled: true },
      pushedAuthorizationRequests: {
        enabled: profile === "fapi2", requirePushedAuthorizationRequests: profile === "fapi2",
      },
      dPoP: { enabled: dpop, nonceSecret: randomBytes(32), requireNonce: () => dpop },
      fapi: { enabled: profile === "fapi2", profile: "2.0" },
      mTLS: {
        enabled: client.token_endpoint_auth_method === "tls_client_auth", tlsClientAuth: true,
        certificateBoundAccessTokens: true,
        getCertificate: (ctx) => ctx.socket.getPeerX509Certificate?.(),
        certificateAuthorized: (ctx) => ctx.socket.authorized,
        certificateSubjectMatches: (ctx, property, expected) =>
          property === "tls_client_auth_subject_dn" && ctx.socket.getPeerX509Certificate().subject === expected,
      },
    },
    pkce: { required: () => true },
    interactions: { url: (ctx, interaction) => `/login/${interaction.uid}` },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    async loadExistingGrant(ctx) {
      asked = JSON.parse(ctx.oidc.params.claims ?? "{}");
      const { provider, client: of, session } = ctx.oidc;
      const grant = new provider.Grant({ clientId: of.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile");
      grant.addOIDCClaims(claims);
      await grant.save();
      return grant;
    },
  };
}

/** form is the page on which the user chooses an account, or goes back. */
const form = `<!doctype html><html lang="en"><title>Bank</title><h1>Bank</h1><form method="post">${
  [...Object.keys(accounts), "cancel"].map((name) => `<button name="account" value="${name}">${name}</button>`).join("")
}</form>`;

/** login shows the form, and ends the login with the chosen account. */
async function login(provider, request, response) {
  if (request.method === "GET") return response.writeHead(200, { "Content-Type": "text/html" }).end(form);
  let body = "";
  for await (const part of request) body += part;
  const account = new URLSearchParams(body).get("account");
  const result = account === "cancel"
    ? { error: "access_denied", error_description: "the user went back" }
    : { login: { accountId: account, acr: "urn:bank:strong" } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const options = JSON.parse(process.argv[2] ?? "{}");
let provider;
/** hanging are the paths that get no answer; lost are those that get a fault. POST /control changes both. */
let faults = { hanging: [], lost: [] };
/** seen counts the requests by path. */
const seen = {};
/** asked are the claims of the last request for an authorization. GET /asked returns them. */
let asked = {};

async function serve(request, response) {
  const { pathname } = new URL(request.url, "http://bank");
  if (pathname === "/control") {
    let body = "";
    for await (const part of request) body += part;
    const { hanging, lost } = JSON.parse(body);
    faults = { hanging: hanging ?? [], lost: lost ?? [] };
    return response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(seen));
  }
  if (pathname === "/asked") {
    return response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(asked));
  }
  seen[pathname] = (seen[pathname] ?? 0) + 1;
  if (faults.hanging.includes(pathname)) return undefined;
  if (faults.lost.includes(pathname)) return response.writeHead(503).end("{}");
  if (pathname.startsWith("/login/")) return login(provider, request, response);
  return provider.callback()(request, response);
}

const answer = (request, response) => void serve(request, response).catch((error) => {
  console.error(error);
  response.writeHead(500).end();
});
const server = options.tls
  ? createTLS({
    cert: readFileSync(options.tls.certificate), key: readFileSync(options.tls.key), ca: readFileSync(options.tls.ca),
    requestCert: true, rejectUnauthorized: false,
  }, answer)
  : createPlain(answer);
server.listen(options.port ?? 0, "127.0.0.1", () => {
  const issuer = `${options.tls ? "https" : "http"}://127.0.0.1:${server.address().port}`;
  console.log(issuer);
  createInterface({ input: process.stdin }).on("line", (line) => {
    provider = new Provider(issuer, configurationOf(JSON.parse(line)));
    console.log("ready");
  }).on("close", () => process.exit());
});
