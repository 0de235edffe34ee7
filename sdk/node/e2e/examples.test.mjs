import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "../../../web/e2e/start.mjs";
import { Stile } from "../dist/esm/index.js";
import { root, run, startDev } from "./stage.mjs";

const npmOptions = ["--silent", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];

/** tried is how often a busy machine is asked, every 50 ms: for five minutes. */
const tried = 6000;

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
    for (let tries = 0; tries < tried; tries++) {
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

      for (let tries = 0; tries < tried && (await order()).status === "waiting"; tries++) {
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
    await run("npm", ["ci", ...npmOptions], { cwd: folder });
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

  // The installed packages stay in bin/next, because they have 330 MB.
  test("next, built and in a browser", async (t) => {
    const example = join(root, "examples/next");
    const folder = join(root, "bin/next");
    await mkdir(folder, { recursive: true });
    const installed = await readFile(join(folder, "installed"), "utf8").catch(() => "");
    const lock = await readFile(join(example, "package-lock.json"), "utf8");
    for (const name of ["package.json", "package-lock.json"]) await copyFile(join(example, name), join(folder, name));
    if (installed !== lock) {
      await run("npm", ["ci", ...npmOptions], { cwd: folder });
      await writeFile(join(folder, "installed"), lock);
    }
    for (const name of ["app", "lib"]) {
      await rm(join(folder, name), { recursive: true, force: true });
      await cp(join(example, name), join(folder, name), { recursive: true });
    }
    const next = join(folder, "node_modules/next/dist/bin/next");
    const quiet = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
    await run(process.execPath, [next, "build"], { cwd: folder, env: quiet });

    const { id: workflow } = await stile.workflows.create({
      name: "Next", mode: "simple", use_case: "social_media", jurisdictions: ["US"], methods: ["self_attestation"],
    });
    await stile.workflows.publish(workflow);
    const env = { ...await environment("/api/webhooks/stile"), STILE_WORKFLOW: workflow, NEXT_TELEMETRY_DISABLED: "1" };
    const url = await serve(t, process.execPath, [next, "start", "--hostname", "127.0.0.1"], folder, env);
    await buys(url, "/api/webhooks/stile", env.STILE_WEBHOOK_SECRET);
    await buysInBrowser(t, url);
  });

  /** buysInBrowser has a user verify by the widget of a page, and waits until the page knows of the webhook. */
  async function buysInBrowser(t, url) {
    const browser = await launch();
    t.after(() => browser.close());
    const page = await (await browser.newContext({ locale: "en-US" })).newPage();
    page.setDefaultTimeout(tried * 50);
    await page.goto(url);
    const widget = page.locator("stile-widget");
    const path = await widget.getAttribute("confirmation-url");
    const order = async () => (await fetch(url + path)).json();
    assert.equal((await order()).status, "waiting");
    await page.evaluate(() => {
      globalThis.confirmed = new Promise((resolve) => {
        document.addEventListener("stile:server-confirmed", () => resolve("confirmed"));
      });
    });
    await widget.getByRole("button").click();
    const frame = page.frameLocator("iframe");
    for (const name of ["Continue", "Pass"]) await frame.getByRole("button", { name, exact: true }).click();
    assert.equal(await page.evaluate(() => globalThis.confirmed), "confirmed");
    assert.equal((await order()).status, "released");
  }
});
