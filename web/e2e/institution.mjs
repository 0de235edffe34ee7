// An institution of bank.mjs, with the file that makes it known to a stile-dev.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ends } from "./start.mjs";

/**
 * startInstitution starts the provider with a profile, fapi2 or oidc. `settings` returns the text of the configuration
 * file, from the issuer and the path of the client's key; `file` is that file. `serve` opens the provider to the
 * client, whose users come back to the address.
 */
export async function startInstitution(profile, settings) {
  const folder = await mkdtemp(join(tmpdir(), "stile-institution-"));
  const provider = spawn("node", [fileURLToPath(new URL("bank.mjs", import.meta.url)), "{}"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: provider.stdout })[Symbol.asyncIterator]();
  const next = async () => (await lines.next()).value;
  ends.push(async () => {
    provider.stdin.end();
    await rm(folder, { recursive: true, force: true });
  });
  const issuer = await next();
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(join(folder, "key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  const file = join(folder, "institutions.yaml");
  await writeFile(file, settings(issuer, "key.pem"));
  async function serve(redirect) {
    const dpop = profile === "fapi2";
    const client = {
      client_id: "stile", redirect_uris: [redirect], response_types: ["code"], grant_types: ["authorization_code"],
      token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256",
      id_token_signed_response_alg: "ES256", dpop_bound_access_tokens: dpop,
      jwks: { keys: [publicKey.export({ format: "jwk" })] },
    };
    provider.stdin.write(`${JSON.stringify({ profile, dpop, client })}\n`);
    assert.equal(await next(), "ready");
  }
  return { file, serve };
}
