// A wallet for tests, on published packages that share no code with Stile: @owf/mdoc, @sd-jwt/sd-jwt-vc,
// @openid4vc/openid4vp, dcql, jose and hpke. Browser tests import it. As a program it prints a JSON line with its
// address and root, and Go tests drive it (internal/wallettest).
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { X509Certificate } from "node:crypto";
import { Verifier } from "@owf/mdoc";
import { byAnnexC } from "./wallet/annexc.mjs";
import { newIssuer, readIssuer, writeTrust } from "./wallet/certificates.mjs";
import { base64, serve } from "./wallet/control.mjs";
import { mdocContext } from "./wallet/crypto.mjs";
import { mdocs } from "./wallet/documents.mjs";
import { issueMdoc, presentMdoc, requestOf, transcriptOf } from "./wallet/mdoc.mjs";
import { byDigitalCredentials, byRedirect } from "./wallet/openid4vp.mjs";
import { NoMatch } from "./wallet/query.mjs";
import { issueSDJWT, presentSDJWT, verifySDJWT } from "./wallet/sdjwt.mjs";
import { statusList } from "./wallet/statuslist.mjs";

/** kinds are the documents that an issuer gives out. */
export const kinds = ["mdl", "photo_id", "pid", "pid_sd_jwt", "age"];

/**
 * Wallet holds documents of one issuer. Its methods answer requests by redirect and of the Digital Credentials API, and
 * throw where the request is not right, or NoMatch where no document answers it.
 */
export class Wallet {
  documents = [];

  /** constructor takes an issuer, as newIssuer or readIssuer returns it. */
  constructor(issuer) {
    this.issuer = issuer;
  }

  /**
   * issue adds a document of a kind: {person, deviceAlgorithm, digestAlgorithm, validity: {from, until} in milliseconds
   * from now, status: {uri, idx}}. Of two that answer a request, the wallet shows the first.
   */
  async issue(kind, options = {}) {
    const document = await (kind in mdocs ? issueMdoc : issueSDJWT)(this.issuer, kind, options);
    this.documents.push(document);
    return document;
  }

  /**
   * redirect answers the request behind an openid4vp: link and returns {status, body, redirect_uri} of the verifier.
   * Options: method get or post of request_uri, by default that of the link; refuse, an error like access_denied to
   * answer with; hold, which returns the form {response_uri, form} without posting it; kind, to show one kind of
   * document alone.
   */
  redirect(link, options = {}) {
    return byRedirect(link, this.shown(options), options);
  }

  shown({ kind }) {
    return this.documents.filter((document) => document.kind === (kind ?? document.kind));
  }

  /**
   * digital answers as navigator.credentials.get({digital: {requests}}) does on a page of the origin: it returns
   * {protocol, data} for the first request that the wallet can answer, or for that with options.protocol. Kind is as
   * for redirect.
   */
  async digital(requests, origin, options = {}) {
    for (const request of requests.filter(({ protocol }) => protocol === (options.protocol ?? protocol))) {
      const answer = request.protocol === "org-iso-mdoc" ? byAnnexC : byDigitalCredentials;
      try {
        return await answer(request, origin, this.shown(options));
      } catch (error) {
        if (!(error instanceof NoMatch)) throw error;
      }
    }
    throw new NoMatch("the wallet has no documents that a request asks for");
  }
}

/** newWallet returns a wallet with one document of each of the kinds. */
export async function newWallet(options = {}) {
  const issuer = options.issuer ?? await newIssuer(options.algorithm);
  const wallet = new Wallet(issuer);
  for (const kind of options.kinds ?? kinds) await wallet.issue(kind, options);
  return wallet;
}

/** deviceResponse issues a document and presents elements, [namespace, identifier], under a handover. */
async function deviceResponse(issuer, { kind, handover, elements, options }) {
  const document = await issueMdoc(issuer, kind, options);
  const transcript = await transcriptOf(handover);
  const response = await presentMdoc(document, requestOf(document.docType, elements), transcript);
  return { response: base64.encode(response), transcript: base64.encode(transcript.encode()), root: issuer.root };
}

/** verify returns the checks of @owf/mdoc that a DeviceResponse fails. */
async function verify({ response, handover, roots, now }) {
  const failed = [];
  await Verifier.verifyDeviceResponse({
    deviceResponse: base64.decode(response), sessionTranscript: await transcriptOf(handover), now: new Date(now),
    trustedCertificates: roots.map((root) => new Uint8Array(new X509Certificate(root).raw)),
    onCheck: ({ status, check, reason }) => {
      if (status === "FAILED") failed.push(`${check}: ${reason ?? ""}`);
    },
  }, mdocContext);
  return { failed };
}

/** sdjwt issues an SD-JWT VC and presents the claims at paths, with key binding. */
async function sdjwt(issuer, { kind, paths, nonce, audience, options }) {
  const presentation = await presentSDJWT(await issueSDJWT(issuer, kind, options), paths, { nonce, audience });
  return { presentation, root: issuer.root };
}

async function program({ key, certificate, trust }) {
  const issuer = key ? await readIssuer({ key, certificate }) : await newIssuer();
  if (trust) await writeTrust(issuer, trust);
  const wallet = new Wallet(issuer);
  const issuerBy = async (algorithm) => algorithm ? newIssuer(algorithm) : issuer;
  serve({
    "/issue": async ({ kind, options }) => void await wallet.issue(kind, options),
    "/clear": async () => void (wallet.documents = []),
    "/redirect": ({ link, options }) => wallet.redirect(link, options),
    "/digital": ({ requests, origin, options }) => wallet.digital(requests, origin, options),
    "/device-response": async (request) => deviceResponse(await issuerBy(request.algorithm), request),
    "/verify": verify,
    "/sd-jwt": async (request) => sdjwt(await issuerBy(request.algorithm), request),
    "/verify-sd-jwt": verifySDJWT,
    "/status-list": (request) => statusList(issuer, request),
  }, { root: issuer.root });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await program(JSON.parse(process.argv[2] ?? "{}"));
}

export { newIssuer, readIssuer, writeTrust, NoMatch };
