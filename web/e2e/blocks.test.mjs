// The blocks of shell of the documents, as a reader runs them: those of a document in one shell, in their order, in a
// folder beside a running stile-dev. JSON that a document shows after a block is compared with the answer.
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe } from "node:test";
import { call, createSession, ended, organization, publish, root, stage, test } from "./harness.mjs";
import { startShell } from "./shell.mjs";
import { binaries } from "./start.mjs";

/** reader is the organization of the documents, which change it. */
let dev, reader;
before(async () => {
  ({ dev } = await stage());
  reader = await joined("Reader");
  await verified(reader);
});

/** joined makes an organization with a workflow, and the variables that the documents use. */
async function joined(name) {
  const own = await organization(dev, name);
  return { dev: own, workflow: await publish(own, { methods: ["self_attestation", "document_capture"] }) };
}

/** device calls the API as the page of a session. */
const device = (session, method, path, body) =>
  call(dev, method, `/v1/verify/session/${session.id}${path}`, body, session.client_secret);

/** verified verifies the user of the documents, who then shares the verification, and keeps the token of the page. */
async function verified(org) {
  const session = await createSession(org.dev, { workflow_id: org.workflow, email: "ada@example.com" });
  await device(session, "POST", "/methods/document_capture", { simulate: "pass" });
  assert.equal(await ended(dev, session.id), "verified");
  await device(session, "POST", "/trust_reuse", { consent: true });
  org.token = (await device(session, "GET", "")).vp_token;
}

/** variables returns those that documents take from their reader's program. */
async function variables({ dev: own, workflow, token }) {
  const { api, temporal_ui, sandbox } = own;
  const session = await createSession(own, { workflow_id: workflow });
  return {
    API: api, ORG: sandbox.org, SECRET_KEY: sandbox.secret_key, WORKFLOW: workflow, VP_TOKEN: token ?? "",
    SESSION: session.id, CLIENT_SECRET: session.client_secret, ui: temporal_ui, id: session.id,
    STILE_API_URL: api, STILE_API_KEY: sandbox.secret_key, // in the place of those in the data folder
  };
}

/**
 * special are the documents with an organization of their own; with output that comes after a block, from a program
 * that goes on; and with a result that is not in the output.
 */
const special = {
  "README.md": {
    org: () => joined("Sandbox Shop"), // whose events are those of this document alone
    after: { 0: /^Signed with .*$/m, 2: /"verification_session\.verified"/ },
  },
  "docs/providers.md": { end: async ({ SESSION }) => assert.equal(await ended(dev, SESSION), "verified") },
  "docs/trust-reuse.md": { org: () => joined("Acme Carrier") },
};

/** commandsOf returns the blocks of a document that are to run, each with the JSON that is shown after it. */
async function commandsOf(name) {
  const text = await readFile(join(root, name), "utf8");
  return [...text.matchAll(/^```sh run\n([^]*?)^```\n(?:\s*^```json\n([^]*?)^```)?/gm)]
    .map(([, block, shown]) => ({ block, shown: shown && JSON.parse(shown) }));
}

/**
 * Values puts those of the reader in the place of those in a document: for an id, a key or a token, also one that is
 * shortened to its beginning and "…", the last one of its kind in the output, for ports free ones.
 */
class Values {
  static whole = /\b([a-z]+(?:_[a-z]+)*_)[A-Za-z0-9]{24,}|\b(ey)[\w-]+\.[\w-]+\.[\w-]+/g;
  static shown = /\b(?:([a-z]+(?:_[a-z]+)*_)(?:[A-Za-z0-9]{24,}|…)|(ey)[\w-]+…)/g;

  known = new Map();
  ports = new Map();

  /** learn takes the ids, keys and tokens of a text. */
  learn(text) {
    for (const [whole, id, jwt] of text.matchAll(Values.whole)) this.known.set(id ?? jwt, whole);
  }

  /** into returns a block with these values. */
  async into(block) {
    let text = block.replaceAll("http://127.0.0.1:8080", dev.api);
    for (const [port] of block.matchAll(/\b(3000|9000|9700)\b/g)) {
      if (!this.ports.has(port)) this.ports.set(port, await freePort());
      text = text.replaceAll(port, this.ports.get(port));
    }
    return text.replaceAll(Values.shown, (whole, id, jwt) => this.known.get(id ?? jwt) ?? assert.fail(`no ${whole}`));
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** resembles compares an answer with that of a document: its members, their types, and the words among its values. */
function resembles(answer, shown, at) {
  if (shown === null || answer === null) return;
  assert.equal(typeof answer, typeof shown, `${at} is ${JSON.stringify(answer)}`);
  if (typeof shown !== "object") {
    if (/^[a-z_]+$/i.test(shown)) assert.equal(answer, shown, at);
    return;
  }
  for (const [name, value] of Object.entries(shown)) {
    assert.ok(Array.isArray(shown) || name in answer, `${at}.${name} is missing in ${JSON.stringify(answer)}`);
    if (name in answer) resembles(answer[name], value, `${at}.${name}`);
  }
}

/** runAll runs the blocks of a document, and compares their output. */
async function runAll(name, blocks, folder) {
  const { org = () => reader, after = {}, end } = special[name] ?? {};
  const facts = await variables(await org());
  const values = new Values();
  values.learn(Object.values(facts).join(" "));
  const shell = startShell(folder, {
    ...process.env, ...facts, PATH: `${binaries}:${process.env.PATH}`, BINARIES: binaries, REPOSITORY: root,
  });
  let output = "";
  try {
    for (const [n, { block, shown }] of blocks.entries()) {
      let printed = await shell.run(await values.into(block));
      if (after[n] && !after[n].test(printed)) printed += await shell.until(after[n]);
      values.learn(printed);
      output += printed;
      if (shown) resembles(JSON.parse(printed), shown, `the answer to block ${n} of ${name}`);
    }
    await end?.(facts);
  } finally {
    await shell.end();
  }
  const made = (await readdir(folder)).length > 2;
  assert.ok(output !== "" || made, "the blocks did nothing");
}

describe("the blocks of documents", { concurrency: true }, async () => {
  const below = (await readdir(join(root, "docs"), { recursive: true })).map((name) => `docs/${name}`);
  for (const name of ["README.md", ...below].filter((name) => name.endsWith(".md"))) {
    const blocks = await commandsOf(name);
    if (blocks.length === 0) continue;
    test(`${name} runs as it is written`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "stile-docs-"));
      try {
        await symlink(dev.data, join(folder, ".stile"));
        await copyFile(join(root, "docs/img/shop.png"), join(folder, "logo.png"));
        await runAll(name, blocks, folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }
});
