// mdocs of the test wallet, issued and presented by @owf/mdoc.
import { createPublicKey } from "node:crypto";
import {
  DataItem, DeviceKey, DeviceRequest, DocRequest, Holder, Issuer, ItemsRequest, SessionTranscript, cborEncode,
} from "@owf/mdoc";
import { algorithmOf, algorithms, newKey } from "./certificates.mjs";
import { coseKey, mdocContext, sha256 } from "./crypto.mjs";
import { mdocs, person } from "./documents.mjs";

const hour = 60 * 60 * 1000;

/** validity returns the period of a credential that is issued now, with whole seconds, as the standard wants. */
export function validity({ from = -hour, until = 24 * 14 * hour } = {}) {
  const at = (offset) => new Date(Math.floor((Date.now() + offset) / 1000) * 1000);
  return { signed: at(Math.min(from, -hour)), validFrom: at(from), validUntil: at(until) };
}

/** issueMdoc issues the document of a kind to a new device key. */
export async function issueMdoc(issuer, kind, options = {}) {
  const { docType, namespaces } = mdocs[kind];
  const device = newKey(options.deviceAlgorithm ?? "ES256");
  const elements = namespaces({ ...person, issuing_country: issuer.country, ...options.person });
  const builder = new Issuer(docType, mdocContext);
  for (const [namespace, values] of Object.entries(elements)) builder.addIssuerNamespace(namespace, values);
  const issuerSigned = await builder.sign({
    signingKey: coseKey(issuer.key), algorithm: algorithms[issuer.algorithm].cose,
    digestAlgorithm: options.digestAlgorithm ?? "SHA-256", validityInfo: validity(options.validity),
    deviceKeyInfo: { deviceKey: coseKey(createPublicKey(device), undefined, DeviceKey) },
    certificates: issuer.chain,
  });
  return { kind, format: "mso_mdoc", docType, namespaces: elements, device, issuerSigned };
}

/** AnnexCTranscript is the SessionTranscript of ISO/IEC TS 18013-7 Annex C, which @owf/mdoc does not know. */
class AnnexCTranscript extends SessionTranscript {
  static of(encryptionInfo, origin) {
    const transcript = new AnnexCTranscript({});
    transcript.handover_ = ["dcapi", sha256(cborEncode([encryptionInfo, origin]))];
    return transcript;
  }

  get encodedStructure() {
    return [null, null, this.handover_];
  }

  encode(options) {
    return cborEncode(options?.asDataItem ? DataItem.fromData(this.encodedStructure) : this.encodedStructure);
  }
}

/**
 * transcriptOf returns the SessionTranscript of a handover: {kind: "redirect", clientId, nonce, responseUri,
 * jwkThumbprint}, {kind: "dc_api", origin, nonce, jwkThumbprint} or {kind: "annex_c", encryptionInfo, origin}. The
 * thumbprint is in base64url, and absent where the response is not encrypted.
 */
export async function transcriptOf(handover) {
  const { kind, jwkThumbprint, ...options } = handover;
  if (jwkThumbprint) options.jwkThumbprint = new Uint8Array(Buffer.from(jwkThumbprint, "base64url"));
  if (kind === "redirect") return SessionTranscript.forOid4Vp(options, mdocContext);
  if (kind === "dc_api") return SessionTranscript.forOid4VpDcApi(options, mdocContext);
  return AnnexCTranscript.of(options.encryptionInfo, options.origin);
}

/** requestOf returns a DeviceRequest for elements, a list of [namespace, identifier]. */
export function requestOf(docType, elements) {
  const namespaces = new Map();
  for (const [namespace, element] of elements) {
    if (!namespaces.has(namespace)) namespaces.set(namespace, new Map());
    namespaces.get(namespace).set(element, false);
  }
  const itemsRequest = ItemsRequest.create({ docType, namespaces });
  return DeviceRequest.create({ docRequests: [DocRequest.create({ itemsRequest })] });
}

/** presentMdoc returns the DeviceResponse to a DeviceRequest, signed by the device. */
export async function presentMdoc({ device, issuerSigned }, deviceRequest, sessionTranscript) {
  const signature = { signingKey: coseKey(device, algorithms[algorithmOf(device)].cose) };
  const response = await Holder.createDeviceResponseForDeviceRequest(
    { deviceRequest, sessionTranscript, issuerSigned: [issuerSigned], signature }, mdocContext,
  );
  return response.encode();
}
