// The cryptography that @owf/mdoc and @openid4vc/openid4vp leave to their user, by Node.js, jose and @peculiar/x509.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify, X509Certificate } from "node:crypto";
import { CoseKey, Curve } from "@owf/mdoc";
import * as jose from "jose";
import { algorithmOf, algorithms } from "./certificates.mjs";

const digestOf = (name) => name?.replace("-", "").toLowerCase() ?? null;

/** sha256 returns the digest of bytes. */
export const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** signWith signs bytes with a KeyObject, as COSE and JOSE write signatures. */
export function signWith(key, bytes) {
  const { hash } = algorithms[algorithmOf(key)];
  return new Uint8Array(sign(digestOf(hash), bytes, { key, dsaEncoding: "ieee-p1363" }));
}

/** verifyWith reports whether a signature is that of a key, a KeyObject, over bytes. */
export function verifyWith(key, bytes, signature) {
  const { hash } = algorithms[algorithmOf(key)];
  return verify(digestOf(hash), bytes, { key, dsaEncoding: "ieee-p1363" }, signature);
}

/** coseKey returns a key of @owf/mdoc, of the class, for a KeyObject or a JWK. */
export function coseKey(key, algorithm, type = CoseKey) {
  const { kty, crv, x, y, d } = key.export?.({ format: "jwk" }) ?? key;
  const bytes = (text) => text && new Uint8Array(Buffer.from(text, "base64url"));
  return type.create({
    keyType: kty === "OKP" ? 1 : 2, algorithm, curve: Curve[crv], x: bytes(x), y: bytes(y), d: bytes(d),
  });
}

/** jwkOf is not CoseKey.jwk, which does not know P-521. */
function jwkOf(cose) {
  const text = (bytes) => bytes && Buffer.from(bytes).toString("base64url");
  const jwk = { kty: cose.keyType === 1 ? "OKP" : "EC", crv: Curve[cose.curve] };
  for (const name of ["x", "y", "d"]) if (cose[name]) jwk[name] = text(cose[name]);
  return jwk;
}

const privateKeyOf = (cose) => createPrivateKey({ key: jwkOf(cose), format: "jwk" });
const publicKeyOf = (cose) => createPublicKey({ key: jwkOf(cose), format: "jwk" });


const unused = (name) => () => { throw new Error(`the wallet has no use for ${name}`); };

/** chainVerifies throws unless each certificate has signed the one before, up to one that is trusted. */
function chainVerifies({ trustedCertificates, x5chain }) {
  const trusted = trustedCertificates.map((der) => new X509Certificate(der));
  const chain = x5chain.map((der) => new X509Certificate(der));
  const linked = chain.every((own, at) => at === 0 || chain[at - 1].verify(own.publicKey));
  const last = chain.at(-1);
  if (!linked || !trusted.some((root) => last.checkIssued(root) && last.verify(root.publicKey))) {
    throw new Error("the chain of certificates does not verify");
  }
}

/** mdocContext is the MdocContext of @owf/mdoc. */
export const mdocContext = {
  crypto: {
    random: (length) => new Uint8Array(randomBytes(length)),
    digest: ({ digestAlgorithm, bytes }) =>
      new Uint8Array(createHash(digestOf(digestAlgorithm)).update(bytes).digest()),
    // The MACs of @owf/mdoc 0.6.0 lack the external_aad of MAC_structure (RFC 9052, 6.3), so the wallet makes none.
    calculateEphemeralMacKey: unused("calculateEphemeralMacKey"),
  },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) => signWith(privateKeyOf(key), toBeSigned),
      verify: ({ sign1, key }) => verifyWith(publicKeyOf(key), sign1.toBeSigned, sign1.signature),
    },
    mac0: { sign: unused("mac0.sign"), verify: unused("mac0.verify") },
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) => new X509Certificate(certificate).issuer.split("\n")
      .filter((line) => line.startsWith(`${field}=`)).map((line) => line.slice(field.length + 1)),
    getPublicKey: ({ certificate }) => coseKey(new X509Certificate(certificate).publicKey),
    verifyCertificateChain: chainVerifies,
    getCertificateData: ({ certificate }) => {
      const own = new X509Certificate(certificate);
      return {
        issuerName: own.issuer, subjectName: own.subject, serialNumber: own.serialNumber,
        thumbprint: own.fingerprint256, notBefore: new Date(own.validFrom), notAfter: new Date(own.validTo),
        pem: own.toString(),
      };
    },
  },
};

/** verifyRequest checks the signature of a request object with its first certificate, and the chain behind it. */
async function verifyRequest(signer, { compact }) {
  if (signer.method !== "x5c") return { verified: false };
  const chain = signer.x5c.map((text) => new X509Certificate(Buffer.from(text, "base64")));
  const linked = chain.every((own, at) => at === 0 || chain[at - 1].verify(own.publicKey));
  const verified = await jose.compactVerify(compact, chain[0].publicKey).then(() => linked, () => false);
  return { verified, signerJwk: { ...chain[0].publicKey.export({ format: "jwk" }), alg: signer.alg } };
}

/** encryptResponse encrypts a response to the key of the request. */
async function encryptResponse({ publicJwk, alg, enc, apu, apv }, payload) {
  const encoder = new jose.CompactEncrypt(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg, enc, kid: publicJwk.kid })
    .setKeyManagementParameters(Object.fromEntries(Object.entries({ apu, apv })
      .filter(([, value]) => value !== undefined).map(([name, value]) => [name, Buffer.from(value, "base64url")])));
  return { jwe: await encoder.encrypt(await jose.importJWK(publicJwk, alg)), encryptionJwk: publicJwk };
}

/** requestCallbacks are the callbacks of a wallet of @openid4vc/openid4vp. */
export const requestCallbacks = {
  fetch, hash: (bytes, algorithm) => new Uint8Array(createHash(digestOf(algorithm)).update(bytes).digest()),
  verifyJwt: verifyRequest, encryptJwe: encryptResponse, decryptJwe: unused("decryptJwe"), signJwt: unused("signJwt"),
  getX509CertificateMetadata: (text) => {
    const names = new X509Certificate(Buffer.from(text, "base64")).subjectAltName?.split(", ") ?? [];
    const of = (kind) => names.filter((name) => name.startsWith(`${kind}:`)).map((name) => name.slice(kind.length + 1));
    return { sanDnsNames: of("DNS"), sanUriNames: of("URI") };
  },
};


