// What the browser tests share: a real stile-dev, the merchant's calls of its API, and Chromium.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** patience is how long a test waits for something that must come. The machine may be busy. */
export const patience = 30_000;

/** startDev starts bin/stile-dev with a fresh folder on free ports. Its log is in `log`. */
export async function startDev(environment = {}) {
  const data = await mkdtemp(join(tmpdir(), "stile-web-"));
  const free = "127.0.0.1:0";
  const process_ = spawn(
    join(root, "bin", "stile-dev"),
    ["--json", "--data", data, "--listen", free, "--temporal-listen", free, "--ui-listen", free, "--shop-listen", free],
    { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const dev = { log: "", data };
  process_.stderr.on("data", (text) => (dev.log += text));
  const exited = new Promise((resolve) => process_.once("exit", resolve));
  const line = await new Promise((resolve, reject) => {
    let out = "";
    process_.stdout.on("data", (text) => {
      out += text;
      if (out.includes("\n")) resolve(out.slice(0, out.indexOf("\n")));
    });
    process_.once("exit", (code) => reject(new Error(`stile-dev ended with ${code}:\n${dev.log}`)));
  });
  return Object.assign(dev, JSON.parse(line), {
    async stop() {
      process_.kill("SIGTERM");
      await exited;
      await rm(data, { recursive: true, force: true });
    },
  });
}

/** call calls the API with a secret key, and returns the answer's JSON. It throws for a refusal. */
export async function call(dev, method, path, body, key = dev.sandbox.secret_key) {
  const response = await fetch(dev.api + path, {
    method,
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

/** publish creates and publishes a workflow of the sandbox, and returns its id. */
export async function publish(dev, definition) {
  const workflow = await call(dev, "POST", "/v1/workflows", {
    name: "Browser", mode: "simple", use_case: "social_media", jurisdictions: ["US"], ...definition,
  });
  await call(dev, "POST", `/v1/workflows/${workflow.id}/publish`, {});
  return workflow.id;
}

/** createSession creates a session of the sandbox, with the seeded workflow unless told otherwise. */
export function createSession(dev, fields = {}) {
  return call(dev, "POST", "/v1/verification_sessions", {
    type: "age", workflow_id: dev.sandbox.workflow, jurisdiction: "US", ...fields,
  });
}

export function retrieve(dev, id) {
  return call(dev, "GET", `/v1/verification_sessions/${id}`);
}

/** chromiumPath is where Chromium is: CHROMIUM names another one than that of the PATH. */
function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const found = process.env.PATH.split(":").map((folder) => join(folder, "chromium")).find(existsSync);
  if (!found) throw new Error("There is no chromium in the PATH; scripts/ensure-browser installs it");
  return found;
}

/** launch starts Chromium with a camera that shows a moving test picture. */
export function launch(args = []) {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      "--no-sandbox", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
      ...args,
    ],
  });
}

/** at waits until the page shows a screen. */
export function at(page, screen) {
  return page.waitForSelector(`[data-screen="${screen}"]`, { timeout: patience });
}

/** press presses the button of that name. */
export function press(page, name) {
  return page.getByRole("button", { name, exact: true }).click({ timeout: patience });
}
