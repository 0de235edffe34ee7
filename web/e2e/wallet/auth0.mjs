// A second implementation of mdocs, @auth0/mdl, as a program of its own, because it shares the tags of cbor-x with
// @owf/mdoc. It issues, presents and verifies.
import { createPublicKey } from "node:crypto";
import { Document, DeviceResponse, MDoc, Verifier } from "@auth0/mdl";
import { DataItem, cborEncode } from "@auth0/mdl/lib/cbor/index.js";
import { algorithmOf, newIssuer, newKey } from "./certificates.mjs";
import { base64, serve } from "./control.mjs";

/** coseKey returns a key on P-256, a JWK, in the encoding of COSE. */
function coseKey({ x, y, d }) {
  const parameters = new Map([[1, 2], [-1, 1], [-2, base64.decode(x)], [-3, base64.decode(y)]]);
  if (d) parameters.set(-4, base64.decode(d));
  return cborEncode(parameters);
}

const jwk = (key) => key.export({ format: "jwk" });

/** elements of a driving licence. */
const elements = {
  family_name: "Lovelace", given_name: "Ada", birth_date: "1990-01-31", issue_date: "2024-02-29",
  expiry_date: "2034-02-28", issuing_country: "NL", document_number: "NL1234567", portrait: Buffer.from([0xff, 0xd8]),
  age_over_18: true, age_over_21: true, age_over_65: false,
};

async function issue(issuer, device, options) {
  const document = new Document("org.iso.18013.5.1.mDL");
  document.addIssuerNameSpace("org.iso.18013.5.1", elements);
  const now = new Date(Math.floor(Date.now() / 1000 - 60) * 1000);
  document.useDigestAlgorithm(options.digestAlgorithm ?? "SHA-256");
  document.addValidityInfo({ signed: now, validFrom: now, validUntil: new Date(now.getTime() + 86_400_000) });
  document.addDeviceKeyInfo({ deviceKey: jwk(createPublicKey(device)) });
  return new MDoc([await document.sign({
    issuerPrivateKey: jwk(issuer.key), alg: issuer.algorithm, issuerCertificate: issuer.chain,
  })]);
}

/** deviceResponse issues a driving licence and presents elements of it under the encoding of a SessionTranscript. */
async function deviceResponse({ transcript, elements: asked, algorithm, readerKey, options = {} }) {
  const issuer = await newIssuer(algorithm);
  const device = newKey(options.deviceAlgorithm ?? "ES256");
  const response = DeviceResponse.from(await issue(issuer, device, options))
    .usingPresentationDefinition({
      id: "request",
      input_descriptors: [{
        id: "org.iso.18013.5.1.mDL", format: { mso_mdoc: { alg: [algorithmOf(device)] } },
        constraints: { limit_disclosure: "required", fields: asked.map(([space, element]) => (
          { path: [`$['${space}']['${element}']`], intent_to_retain: false })) },
      }],
    })
    .usingSessionTranscriptBytes(cborEncode(new DataItem({ buffer: Buffer.from(base64.decode(transcript)) })));
  if (readerKey) response.authenticateWithMAC(jwk(device), coseKey(readerKey), "HS256");
  else response.authenticateWithSignature(jwk(device), algorithmOf(device));
  return { response: base64.encode((await response.sign()).encode()), root: issuer.root };
}

/** verify returns the checks that a DeviceResponse fails. */
async function verify({ response, transcript, roots, readerKey }) {
  const failed = [];
  await new Verifier(roots).verify(base64.decode(response), {
    encodedSessionTranscript: cborEncode(new DataItem({ buffer: Buffer.from(base64.decode(transcript)) })),
    ephemeralReaderKey: readerKey && coseKey(readerKey),
    onCheck: (check) => {
      if (check.status === "FAILED") failed.push(`${check.check}: ${check.reason ?? ""}`);
    },
  });
  return { failed };
}

serve({ "/device-response": deviceResponse, "/verify": verify });
