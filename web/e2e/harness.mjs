// What the browser tests share: a real stile-dev, the merchant's calls of its API, and Chromium.
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test as declare } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { binaries, launch, startDev, startVision, stopAll } from "./start.mjs";

/** patience is how long a test waits for something that must come. The machine may be busy. */
export const patience = 300_000;

export { launch, startDev };
after(stopAll);

let shared;

/**
 * stage returns the stile-dev and the browser that all tests of this process share; the first call starts them. Each
 * test makes its own sessions and workflows. A test that changes an organization, or needs another environment, starts
 * a stile-dev of its own.
 */
export function stage() {
  shared ??= Promise.all([startShared(), launch()]).then(([dev, browser]) => ({ dev, browser }));
  return shared;
}

async function startShared() {
  return startDev({
    STILE_HANDOFF_REUSE_WINDOW: "1s", // a used token is refused at once
    STILE_SIMULATED_DELAY: "20s", // a busy machine has the time to look at the page before a slow verdict
    STILE_PROVIDER_PATIENCE: "5m", // and to measure many frames
    STILE_VISION_URL: await startVision(), STILE_VISION_TIMEOUT: "1m",
  });
}

/** stile runs the command stile on the data of a stile-dev, and returns its output. */
export async function stile(dev, ...args) {
  const script = 'eval "$("$0/stile-dev" env --data "$1")" && shift && exec "$0/stile" "$@"';
  const { stdout, stderr } = await promisify(execFile)("bash", ["-c", script, binaries, dev.data, ...args]);
  return stdout + stderr;
}

/** organization creates a sandbox organization. It returns the stile-dev with that one in the place of its sandbox. */
export async function organization(dev, name) {
  const text = await stile(dev, "org", "create", "--sandbox", "--name", name);
  const [org, secret_key, publishable_key] = ["organization", "secret key", "publishable key"]
    .map((label) => new RegExp(`^${label} +(\\S+)$`, "m").exec(text)[1]);
  return { ...dev, sandbox: { org, secret_key, publishable_key } };
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

/** ended waits for the end of a session, and returns its status. */
export async function ended(dev, id) {
  for (;;) {
    const { is_terminal, status } = await (await fetch(`${dev.api}/v1/verify/session/${id}/status?wait=25`)).json();
    if (is_terminal) return status;
  }
}

/** root is the folder of the repository. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** blocksOf returns the blocks of a document in a language that are marked with "run". */
export async function blocksOf(name, language) {
  const text = await readFile(join(root, name), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language} run\\n([^]*?)^\`\`\``, "gm"))].map(([, block]) => block);
}

/** read are the ids of the mails that nextMail has returned. */
const read = new Set();

/** nextMail waits for a mail to an address whose text matches. It returns the match; no mail is returned twice. */
export async function nextMail(dev, to, pattern) {
  for (;;) {
    const { data } = await (await fetch(`${dev.api}/dev/mail.json`)).json();
    const mail = data.find((one) => one.to === to && !read.has(one.id) && pattern.test(one.text));
    if (mail) {
      read.add(mail.id);
      return pattern.exec(mail.text);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** mailedCode waits for the next code to an address, and returns it. */
export async function mailedCode(dev, to) {
  return (await nextMail(dev, to, /^[0-9]{6}$/m))[0];
}

/** running has the browser contexts of the present test, and the faults that its pages met. */
const running = new AsyncLocalStorage();

/** test declares a test. Its browser contexts are closed at its end, and an error of a script in a page fails it. */
export function test(name, body) {
  return declare(name, async () => {
    const own = { contexts: [], faults: [] };
    try {
      await running.run(own, body);
      assert.deepEqual(own.faults, []);
    } catch (error) {
      console.error(`# ${name} failed; its pages:\n${(await Promise.all(pagesOf(own).map(describePage))).join("\n")}`);
      throw error;
    } finally {
      await Promise.all(own.contexts.map((context) => context.close()));
    }
  });
}

const pagesOf = ({ contexts }) => contexts.flatMap((context) => context.pages());

async function describePage(page) {
  const frames = page.frames().map(async (frame) => `#   ${frame.url().split("#")[0]}\n#     ${
    (await frame.locator("body").innerText({ timeout: 5_000 }).catch(String)).replaceAll(/\s+/g, " ")}`);
  return (await Promise.all(frames)).join("\n");
}

/** newContext makes a browser context for the present test. */
export async function newContext(browser, options) {
  const { contexts, faults } = running.getStore();
  const context = await browser.newContext({ locale: "en-US", ...options });
  contexts.push(context);
  context.setDefaultTimeout(patience);
  context.on("weberror", (fault) => faults.push(fault.error().stack));
  context.on("console", (message) => {
    // A blocked frame is the subject of a test.
    if (/Content Security Policy(?!.*frame-ancestors)/.test(message.text())) faults.push(message.text());
  });
  return context;
}

/** at waits until the page shows a screen. */
export function at(page, screen) {
  return page.waitForSelector(`[data-screen="${screen}"]`);
}

/**
 * focusedAt waits until the page shows a screen, and its heading has the focus. A key that is pressed before that goes
 * to another element.
 */
export function focusedAt(page, screen) {
  return page.waitForSelector(`[data-screen="${screen}"] h1:focus`);
}

/** press presses the button of that name. */
export function press(page, name) {
  return page.getByRole("button", { name, exact: true }).click();
}
