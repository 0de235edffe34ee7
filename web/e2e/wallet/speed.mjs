// The side of Node.js in `go run ./bench -only wallet`: verifies the documents that it reads, as often as asked, and
// prints the time. The first line of its input is {mdl: {response, transcript, root}, pid: {presentation, root,
// nonce}}. Each further one is {document, runs}, and is answered by a line with the nanoseconds of a run.
import { createHash, createPublicKey, verify, X509Certificate } from "node:crypto";
import { createInterface } from "node:readline";
import { Verifier } from "@auth0/mdl";
import { DataItem, cborEncode } from "@auth0/mdl/lib/cbor/index.js";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import { base64 } from "./control.mjs";

/** mdl returns a function that verifies a DeviceResponse by @auth0/mdl, up to the root of its issuer. */
function mdl({ response, transcript, root }) {
  const verifier = new Verifier([root]);
  const [encoded, buffer] = [base64.decode(response), Buffer.from(base64.decode(transcript))];
  const encodedSessionTranscript = cborEncode(new DataItem({ buffer }));
  return () => verifier.verify(encoded, { encodedSessionTranscript });
}

/** pid returns a function that verifies an SD-JWT VC by @sd-jwt/sd-jwt-vc, with the certificate of its header. */
function pid({ presentation, root, nonce }) {
  const parent = new X509Certificate(root).publicKey;
  const es256 = (key, data, signature) =>
    verify("sha256", Buffer.from(data), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  const sdjwt = new SDJwtVcInstance({
    hasher: (data) => createHash("sha256").update(data).digest(),
    verifier: (data, signature) => {
      const header = JSON.parse(Buffer.from(data.split(".")[0], "base64url"));
      const signer = new X509Certificate(Buffer.from(header.x5c[0], "base64"));
      return signer.verify(parent) && es256(signer.publicKey, data, signature);
    },
    kbVerifier: (data, signature, payload) =>
      es256(createPublicKey({ key: payload.cnf.jwk, format: "jwk" }), data, signature),
  });
  return () => sdjwt.verify(presentation, { keyBindingNonce: nonce });
}

const makers = { mdl, pid };
let documents;
for await (const line of createInterface({ input: process.stdin })) {
  const read = JSON.parse(line);
  if (!documents) {
    documents = Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make(read[name])]));
    console.log("ready");
    continue;
  }
  const once = documents[read.document];
  const began = process.hrtime.bigint();
  for (let run = 0; run < read.runs; run++) await once();
  console.log(Number(process.hrtime.bigint() - began) / read.runs);
}
