import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { home, install, root, run, startDev } from "./stage.mjs";

const secret = "whsec_documented";
const delivered = JSON.stringify({
  id: "evt_1", object: "event", type: "verification_session.verified", data: { id: "vks_1" },
});

function sign(body) {
  const at = Math.floor(Date.now() / 1000);
  return `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`;
}

/** support declares the names that the documentation takes from its reader's program. */
const support = `
import type { IncomingMessage } from "node:http";
type Handler = (req: IncomingMessage & { body?: any }, res: { json(value: unknown): void }) => Promise<void>;
export const routes = new Map<string, Handler>();
export const app = { post: (path: string, handler: Handler) => routes.set(path, handler) };
export const told: unknown[] = [];
export const db = { orders: { update: async (change: { where: object; data: object }) => told.push(change) } };
export const WEBHOOK_SECRET = process.env.WEBHOOK_SECRET!;
export const webhookSecret = WEBHOOK_SECRET;
export const rawBody = process.env.RAW_BODY!;
export const signatureHeader: string | string[] | undefined = process.env.SIGNATURE;
export const req = new Request("http://shop.example", {
  method: "POST", body: rawBody, headers: { "stile-signature": process.env.SIGNATURE! },
});
export const release = async (reference: string | null) => told.push(reference);
export const handleVerified = async (session: { id: string }) => told.push(session);
export const handleFailed = handleVerified;
export const handleExpired = handleVerified;
`;
const supported = [...support.matchAll(/export const (\w+)/g)].map(([, name]) => name);
const errors = ["StileError", "StileAuthenticationError", "StileRateLimitError"];

/** completed returns a block as a module: with the imports that the page shows elsewhere, its base URL and real ids. */
async function completed(block, url, ids) {
  const uses = (name) => new RegExp(`\\b${name}\\b`).test(block);
  const declares = (name) => new RegExp(`(const|let) ${name}\\b|async \\(${name}\\b|\\(${name}:`).test(block);
  const taken = supported.filter((name) => uses(name) && !declares(name));
  const lines = [`import { ${taken.join(", ")} } from "./support.js";`];
  if (!block.includes('from "@stile/node"')) lines.push('import Stile from "@stile/node";');
  lines.push(`import { ${errors.filter(uses).join(", ")} } from "@stile/node";`);
  if (!declares("stile")) lines.push("const stile = new Stile(process.env.STILE_API_KEY!);");
  let text = `${lines.join("\n")}\n${block}\nexport {};\n`;
  text = text.replaceAll(/https:\/\/(api\.stile\.id|stile\.example)/g, url)
    .replaceAll('"stile_sk_..."', "process.env.STILE_API_KEY!")
    .replaceAll("(process.env.STILE_API_KEY!)", `(process.env.STILE_API_KEY!, { baseUrl: "${url}" })`);
  for (const [documented, real] of Object.entries(ids)) {
    if (text.includes(documented)) text = text.replaceAll(documented, await real());
  }
  return text;
}

const files = ["e2e/documented.md", "README.md"].map((name) => readFile(join(home, name), "utf8"));
const documents = await Promise.all(files);
const blocks = [...documents.join("").matchAll(/^```ts(?: run)?\n(.*?)^```/gms)].map(([, block]) => block);

describe("the documentation's examples", () => {
  let dev, folder, stile, support_;

  before(async () => {
    [dev, folder] = await Promise.all([startDev(), install()]);
    const { Stile } = await import(pathToFileURL(join(folder, "node_modules/@stile/node/dist/esm/index.js")));
    stile = new Stile(dev.sandbox.secret_key, { baseUrl: dev.api });
    Object.assign(process.env, {
      STILE_API_KEY: dev.sandbox.secret_key, WEBHOOK_SECRET: secret, STILE_WEBHOOK_SECRET: secret,
      RAW_BODY: delivered, SIGNATURE: sign(delivered),
    });
    const session = async () => (await stile.verificationSessions.create({
      type: "age", workflow_id: dev.sandbox.workflow, jurisdiction: "US",
    })).id;
    const event = (await session(), await stile.events.list()).data[0].id;
    const ids = {
      wf_YOUR_WORKFLOW_ID: () => dev.sandbox.workflow, evt_abc123: () => event, vks_abc123: session, vks_xyz: session,
      we_abc123: async () => (await stile.webhookEndpoints.create({
        url: "http://127.0.0.1:9009/stile", enabled_events: ["*"],
      })).id,
    };
    await writeFile(join(folder, "support.ts"), support);
    for (const [n, block] of blocks.entries()) {
      await writeFile(join(folder, `block${n}.ts`), await completed(block, dev.api, ids));
    }
    await compile();
    support_ = await load("support");
  });

  /** compile compiles the blocks as a strict project does. */
  async function compile() {
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({
      compilerOptions: {
        strict: true, target: "es2022", module: "nodenext", lib: ["es2022", "dom"], types: ["node"],
        typeRoots: [join(root, "web/node_modules/@types")],
      },
      include: ["*.ts"],
    }));
    await run(process.execPath, [join(root, "web/node_modules/typescript/bin/tsc"), "-p", folder])
      .catch((error) => assert.fail(error.stdout));
  }

  const load = (name) => import(pathToFileURL(join(folder, `${name}.js`)));

  test("are all there", () => assert.equal(blocks.length, 55));

  for (const [n, block] of blocks.entries()) {
    const first = block.split("\n").filter((line) => !/^(import|const stile|\/\/)/.test(line))[0] ?? block;
    test(`block ${n} runs: ${first.slice(0, 60)}`, async (t) => {
      t.mock.method(console, "log", () => {});
      t.mock.method(console, "error", () => {});
      const { POST } = await load(`block${n}`);
      if (POST) await handles(POST, block.includes("fromRequest"));
      if (block.includes("app.post")) await serves(support_);
    });
  }

  /** handles calls a handler with a signed delivery, with one of another signature, or with a widget's request. */
  async function handles(POST, signed) {
    const body = signed ? delivered : JSON.stringify({ workflowId: dev.sandbox.workflow, jurisdiction: "US" });
    const request = (headers) => new Request("http://shop.example", { method: "POST", body, headers });
    const answer = await (await POST(request({ "Stile-Signature": sign(body) }))).json();
    if (!signed) return assert.match(answer.client_secret, /^ey/);
    assert.deepEqual(answer, { received: true });
    const other = POST(request({ "Stile-Signature": sign(`${body} `) }));
    const refused = await other.then(({ status }) => status, ({ code }) => code);
    assert.ok([400, "signature_mismatch"].includes(refused), String(refused));
  }

  /** serves calls the routes of an Express-like application over HTTP. */
  async function serves({ routes, told }) {
    const server = createServer(async (request, response) => {
      if (!request.url.includes("webhooks")) request.body = JSON.parse(Buffer.concat(await request.toArray()));
      await routes.get(request.url)(request, { json: (value) => response.end(JSON.stringify(value)) });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    for (const path of routes.keys()) {
      const webhook = path.includes("webhooks");
      const body = webhook ? delivered : JSON.stringify({ workflowId: dev.sandbox.workflow, jurisdiction: "US" });
      const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
        method: "POST", body, headers: { "Stile-Signature": sign(body) },
      });
      const answer = await response.json();
      if (!webhook) assert.match(answer.client_secret, /^ey/);
      else assert.deepEqual([answer, told.pop()], [{ received: true }, {
        where: { sessionId: "vks_1" }, data: { ageVerified: true },
      }]);
    }
    routes.clear();
    server.close();
  }
});
