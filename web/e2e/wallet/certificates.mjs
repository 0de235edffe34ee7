// Issuers of wallet credentials, with certificates after ISO/IEC 18013-5 Annex B, but for revocation lists, that
// @peculiar/x509 makes.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, webcrypto } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

/** algorithms are the signatures of issuers and devices, by their names in JOSE. */
export const algorithms = {
  ES256: { curve: "P-256", hash: "SHA-256", cose: -7 },
  ES384: { curve: "P-384", hash: "SHA-384", cose: -35 },
  ES512: { curve: "P-521", hash: "SHA-512", cose: -36 },
  EdDSA: { curve: "Ed25519", cose: -8 },
};

/** host is a DNS name of the signer's certificate, and the host of the claim iss of an SD-JWT VC. */
export const host = "issuer.example";
/** country is that of the issuer and of its documents. */
export const country = "NL";

const day = 24 * 60 * 60 * 1000;
const documentSigner = "1.0.18013.5.1.2";

/** newKey returns a new private key, a KeyObject. */
export function newKey(algorithm) {
  const { curve } = algorithms[algorithm];
  return curve === "Ed25519"
    ? generateKeyPairSync("ed25519").privateKey
    : generateKeyPairSync("ec", { namedCurve: curve }).privateKey;
}

/** algorithmOf returns the name of the algorithm that a key, a KeyObject, signs by. */
export function algorithmOf(key) {
  const { crv } = key.export({ format: "jwk" });
  return Object.keys(algorithms).find((name) => algorithms[name].curve === crv);
}

/** parametersOf returns the parameters of Web Cryptography for an algorithm. */
function parametersOf(algorithm) {
  const { curve, hash } = algorithms[algorithm];
  return curve === "Ed25519" ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: curve, hash };
}

async function pairOf(key, algorithm) {
  const load = (jwk, use) => webcrypto.subtle.importKey("jwk", jwk, parametersOf(algorithm), true, [use]);
  const [privateKey, publicKey] = await Promise.all([
    load(key.export({ format: "jwk" }), "sign"), load(createPublicKey(key).export({ format: "jwk" }), "verify"),
  ]);
  return { privateKey, publicKey };
}

/** common returns the extensions that root and signer have. */
async function common(subject, authority) {
  return [
    await x509.SubjectKeyIdentifierExtension.create(subject),
    await x509.AuthorityKeyIdentifierExtension.create(authority),
    new x509.IssuerAlternativeNameExtension([{ type: "email", value: `ca@${host}` }]),
  ];
}

function period(before, after) {
  const now = Math.floor(Date.now() / 1000) * 1000;
  return { notBefore: new Date(now - before * day), notAfter: new Date(now + after * day) };
}

const serialNumber = () => `01${randomBytes(15).toString("hex")}`;

async function certifyRoot(pair, algorithm) {
  return x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(), name: `C=${country}, CN=Test IACA`, ...period(365, 3650), keys: pair,
    signingAlgorithm: parametersOf(algorithm),
    extensions: [
      ...await common(pair.publicKey, pair.publicKey),
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
}

async function certifySigner(pair, root, rootPair, algorithm) {
  return x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(), subject: `C=${country}, CN=Test Document Signer`, issuer: root.subject,
    ...period(30, 365), publicKey: pair.publicKey, signingKey: rootPair.privateKey,
    signingAlgorithm: parametersOf(algorithm),
    extensions: [
      ...await common(pair.publicKey, rootPair.publicKey),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([documentSigner], true),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }]),
    ],
  });
}

/**
 * newIssuer makes an issuer: the `key` of its document signer, a KeyObject, the `chain` of certificates in DER, the
 * signer's first and without the root, and the `root` in PEM; the signer's `country`, and the `name` for the claim iss.
 */
export async function newIssuer(algorithm = "ES256") {
  const [rootKey, key] = [newKey(algorithm), newKey(algorithm)];
  const [rootPair, pair] = await Promise.all([pairOf(rootKey, algorithm), pairOf(key, algorithm)]);
  const root = await certifyRoot(rootPair, algorithm);
  const signer = await certifySigner(pair, root, rootPair, algorithm);
  return { algorithm, key, chain: [new Uint8Array(signer.rawData)], root: root.toString("pem"), ...named(signer) };
}

/** named returns country and name of a signer: its URI, or the address of its host. */
function named(signer) {
  const names = signer.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const [uri, dns] = ["url", "dns"].map((type) => names.find((name) => name.type === type)?.value);
  return { country: signer.subjectName.getField("C")[0], name: uri ?? (dns && `https://${dns}`) };
}

/** readIssuer is newIssuer for a key and a chain of certificates in PEM files. The chain may end with the root. */
export async function readIssuer({ key, certificate }) {
  const signer = createPrivateKey(await readFile(key));
  const text = await readFile(certificate, "utf8");
  const chain = x509.PemConverter.decode(text).map((der) => new x509.X509Certificate(der));
  const root = chain.find((own) => own.subject === own.issuer);
  return {
    algorithm: algorithmOf(signer), key: signer, root: root?.toString("pem"),
    chain: chain.filter((own) => own !== root).map((own) => new Uint8Array(own.rawData)), ...named(chain[0]),
  };
}

/**
 * writeTrust writes the root for each method into a folder that STILE_TRUST_DIR may name. The issuer publishes no list
 * of revoked certificates, so the folder accepts that there is none.
 */
export async function writeTrust(issuer, folder, methods = ["mdl", "mid", "eudi_pid"]) {
  for (const method of methods) {
    await mkdir(join(folder, method), { recursive: true });
    await writeFile(join(folder, method, "test-iaca.pem"), issuer.root);
  }
  await writeFile(join(folder, "trust.yaml"), methods.map((method) => `${method}: {unreachable: accept}\n`).join(""));
}
