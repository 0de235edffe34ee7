// The protocol org-iso-mdoc of ISO/IEC TS 18013-7, Annex C, as a wallet speaks it, by @owf/mdoc and hpke.
import assert from "node:assert/strict";
import { DeviceRequest, cborDecode, cborEncode } from "@owf/mdoc";
import * as HPKE from "hpke";
import { mdocContext } from "./crypto.mjs";
import { presentMdoc, transcriptOf } from "./mdoc.mjs";
import { NoMatch } from "./query.mjs";

const suite = new HPKE.CipherSuite(
  HPKE.KEM_DHKEM_P256_HKDF_SHA256, HPKE.KDF_HKDF_SHA256, HPKE.AEAD_AES_128_GCM,
);
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64url"));

/** recipientOf returns the key of an encryptionInfo, uncompressed. */
function recipientOf(encryptionInfo) {
  const [name, info] = cborDecode(bytes(encryptionInfo));
  assert.equal(name, "dcapi");
  assert.ok(info.get("nonce").length >= 16);
  const key = info.get("recipientPublicKey");
  assert.deepEqual([key.get(1), key.get(-1)], [2, 1], "a key on P-256");
  return suite.DeserializePublicKey(new Uint8Array([4, ...key.get(-2), ...key.get(-3)]));
}

/** verifyReader checks the reader authentication of a document request, which covers the origin of the page. */
async function verifyReader({ readerAuth, itemsRequest }, sessionTranscript) {
  await readerAuth?.verify({
    readerAuthentication: { sessionTranscript, itemsRequest },
    verificationCallback: ({ status, check }) => assert.equal(status, "PASSED", check),
  }, mdocContext);
}

/** byAnnexC answers a request from an origin, as the browser returns it, with the first document that it has. */
export async function byAnnexC({ protocol, data }, origin, documents) {
  const { docRequests } = DeviceRequest.decode(bytes(data.deviceRequest));
  const held = (asked) => documents.find(({ docType }) => docType === asked.itemsRequest.docType);
  const asked = docRequests.find(held);
  if (!asked) throw new NoMatch("the wallet has none of the documents");
  const request = DeviceRequest.create({ docRequests: [asked] });
  const transcript = await transcriptOf({ kind: "annex_c", encryptionInfo: data.encryptionInfo, origin });
  await verifyReader(asked, transcript);
  const response = await presentMdoc(held(asked), request, transcript);
  const sealed = await suite.Seal(await recipientOf(data.encryptionInfo), response, { info: transcript.encode() });
  const wire = cborEncode(["dcapi", new Map([
    ["enc", Buffer.from(sealed.encapsulatedSecret)], ["cipherText", Buffer.from(sealed.ciphertext)],
  ])]);
  return { protocol, data: { response: Buffer.from(wire).toString("base64url") } };
}
