// Prints presentations that @sd-jwt/sd-jwt-vc issues and presents, for peer.json beside this file. Run it in a folder
// with the packages of package.json: npm ci --ignore-scripts && node present.mjs > peer.json
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';

const hashes = { 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512' };
const curves = { ES256: ['P-256', 'sha256'], ES384: ['P-384', 'sha384'], ES512: ['P-521', 'sha512'] };
const hasher = (data, alg) =>
  createHash(hashes[alg]).update(typeof data === 'string' ? data : Buffer.from(data)).digest();

function keys(alg) {
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: curves[alg][0] });
}

function signer(alg, key) {
  const [, hash] = curves[alg] ?? [];
  return (data) => sign(hash ?? null, Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

const iat = Date.UTC(2026, 10, 29, 12) / 1000;
const all = [];
for (const [alg, hashAlg] of [['ES256', 'sha-256'], ['ES384', 'sha-384'], ['ES512', 'sha-512'], ['EdDSA', 'sha-256']]) {
  const issuer = keys(alg);
  const holder = keys(alg);
  const instance = new SDJwtVcInstance({
    signer: signer(alg, issuer.privateKey),
    signAlg: alg,
    verifier: () => true,
    kbSigner: signer(alg, holder.privateKey),
    kbSignAlg: alg,
    hasher,
    hashAlg,
    saltGenerator: (n) => randomBytes(n).toString('hex').slice(0, n),
  });
  const credential = await instance.issue(
    {
      iss: 'https://pid.example/de', vct: 'urn:eudi:pid:1', iat, exp: iat + 3600,
      cnf: { jwk: holder.publicKey.export({ format: 'jwk' }) },
      status: { status_list: { idx: 412, uri: 'https://status.example/1' } },
      family_name: 'Holmgren', given_name: 'Astrid', birthdate: '1978-04-10',
      nationalities: ['NO', 'SE'],
      age_equal_or_over: { 18: true, 65: false },
      address: { locality: 'Viken', country: 'NO' },
    },
    {
      _sd: ['family_name', 'given_name', 'birthdate', 'age_equal_or_over', 'address'], _sd_decoy: 3,
      nationalities: { _sd: [0, 1], _sd_decoy: 1 },
      age_equal_or_over: { _sd: ['18', '65'] },
      address: { _sd: ['locality'] },
    },
  );
  const presentation = await instance.present(
    credential,
    { given_name: true, nationalities: { 1: true }, age_equal_or_over: { 18: true }, address: true },
    { kb: { payload: { iat, aud: 'x509_san_dns:verifier.example', nonce: 'n-0S6_WzA2Mj' } } },
  );
  all.push({ alg, issuer: issuer.publicKey.export({ format: 'jwk' }), credential, presentation });
}
process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
