import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Stile } from "../dist/esm/index.js";
import { install, root, run, startDev } from "./stage.mjs";

/** freePort returns a port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

describe("the examples release an order by the signed webhook alone", () => {
  let dev, stile;
  const folders = [];
  after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

  before(async () => {
    dev = await startDev();
    stile = new Stile(dev.sandbox.secret_key, { baseUrl: dev.api });
  });

  /** environment registers an endpoint at a free port, and returns the variables of an example. */
  async function environment(path) {
    const PORT = String(await freePort());
    const { secret } = await stile.webhookEndpoints.create({
      url: `http://127.0.0.1:${PORT}${path}`,
      enabled_events: ["verification_session.verified", "verification_session.failed"],
    });
    return {
      PORT, STILE_API_URL: dev.api, STILE_API_KEY: dev.sandbox.secret_key, STILE_WORKFLOW: dev.sandbox.workflow,
      STILE_WEBHOOK_SECRET: secret,
    };
  }

  /** serve starts a program until the end of the test, and returns its URL when it answers. */
  async function serve(t, program, options, cwd, env) {
    const stdio = ["ignore", "ignore", "inherit"];
    const server = spawn(program, options, { cwd, env: { ...process.env, ...env }, stdio });
    t.after(() => server.kill());
    const url = `http://127.0.0.1:${env.PORT}`;
    for (let tries = 0; tries < 600; tries++) {
      assert.equal(server.exitCode, null, "the example ended");
      const answer = await fetch(`${url}/api/orders/none`).catch(() => undefined);
      if (answer) return url;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return assert.fail("the example does not answer");
  }

  /** buys has a user verify, and follows the order. */
  async function buys(url, path, secret) {
    const post = async (address, body, headers = {}) => fetch(address, { method: "POST", body, headers });
    for (const [outcome, status] of [["pass", "released"], ["fail", "refused"]]) {
      const started = await (await post(`${url}/api/start-verification`)).json();
      assert.match(started.client_secret, /^ey/);
      const order = async () => (await fetch(`${url}/api/orders/${started.order}`)).json();
      assert.deepEqual(await order(), { status: "waiting", confirmed: false });

      const forged = JSON.stringify({
        id: "evt_forged", type: "verification_session.verified", data: { client_reference_id: started.order },
      });
      const at = Math.floor(Date.now() / 1000);
      const sign = (key) => `t=${at},v1=${createHmac("sha256", key).update(`${at}.${forged}`).digest("hex")}`;
      assert.equal((await post(`${url}${path}`, forged)).status, 400);
      assert.equal((await post(`${url}${path}`, forged, { "Stile-Signature": sign(`${secret}x`) })).status, 400);
      assert.equal((await order()).status, "waiting");

      for (let tries = 0; tries < 600 && (await order()).status === "waiting"; tries++) {
        const session = await stile.verificationSessions.retrieve(started.session_id);
        if (["created", "pending", "requires_input"].includes(session.status)) {
          const method = session.methods[tries % session.methods.length];
          const address = `${dev.api}/v1/verify/session/${session.id}/methods/${method}`;
          await post(address, JSON.stringify({ simulate: outcome }), {
            Authorization: `Bearer ${started.client_secret}`, "Content-Type": "application/json",
          });
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.deepEqual(await order(), { status, confirmed: status === "released" });
    }
    assert.equal((await fetch(`${url}/api/orders/none`)).status, 404);
  }

  test("express", async (t) => {
    const folder = join(root, "examples/express");
    const options = ["--silent", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    await run("npm", ["ci", ...options], { cwd: folder });
    const env = await environment("/webhooks");
    const url = await serve(t, process.execPath, ["server.mjs"], folder, env);
    await buys(url, "/webhooks", env.STILE_WEBHOOK_SECRET);
    assert.match(await (await fetch(url)).text(), /<stile-widget session-url="\/api\/start-verification/);
  });

  test("go", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "stile-example-"));
    folders.push(folder);
    const program = join(folder, "shop");
    const build = { cwd: join(root, "examples/go"), env: { ...process.env, CGO_ENABLED: "0" } };
    await run("go", ["build", "-o", program, "."], build);
    const env = await environment("/webhooks");
    const url = await serve(t, program, [], folder, env);
    await buys(url, "/webhooks", env.STILE_WEBHOOK_SECRET);
    assert.match(await (await fetch(url)).text(), /<stile-widget session-url="\/api\/start-verification/);
  });

  // Next itself has 330 MB. Its route handlers are functions of a Request to a Response, which a small server calls.
  test("the route handlers of next", async (t) => {
    const folder = await install();
    await cp(join(root, "examples/next"), folder, {
      recursive: true, filter: (source) => !/node_modules|\.next$|package\.json$/.test(source),
    });
    const env = await environment("/api/webhooks/stile");
    Object.assign(process.env, env);
    const load = (path) => import(pathToFileURL(join(folder, "app/api", path, "route.js")));
    const [start, hook, orders] = await Promise.all(["start-verification", "webhooks/stile", "orders/[id]"].map(load));
    const server = createServer(async (incoming, outgoing) => {
      const body = Buffer.concat(await incoming.toArray());
      const { pathname } = new URL(incoming.url, "http://127.0.0.1");
      const request = new Request(`http://127.0.0.1:${env.PORT}${incoming.url}`, {
        method: incoming.method, headers: incoming.headers, ...(body.length > 0 && { body }),
      });
      const [, id] = /^\/api\/orders\/(.+)$/.exec(pathname) ?? [];
      const response = id ? await orders.GET(request, { params: Promise.resolve({ id }) })
        : pathname === "/api/start-verification" ? await start.POST(request) : await hook.POST(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
    }).listen(Number(env.PORT), "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    await buys(`http://127.0.0.1:${env.PORT}`, "/api/webhooks/stile", env.STILE_WEBHOOK_SECRET);
  });
});
