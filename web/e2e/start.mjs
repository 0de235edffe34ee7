// Starts the processes of the browser tests and of the measurements: stile-dev and Chromium.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** binaries is the folder of stile and stile-dev. */
export const binaries = fileURLToPath(new URL("../../bin", import.meta.url));

/** ends are the functions that stop the started processes. */
export const ends = [];

/** stopAll stops the started processes. */
export function stopAll() {
  return Promise.all(ends.map((end) => end()));
}

/** startDev starts bin/stile-dev with a fresh folder on free ports, until stopAll. Its log is in `log`. */
export async function startDev(environment = {}) {
  const data = await mkdtemp(join(tmpdir(), "stile-web-"));
  const free = "127.0.0.1:0";
  const process_ = spawn(
    join(binaries, "stile-dev"),
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
  ends.push(async () => {
    process_.kill("SIGTERM");
    await exited;
    await rm(data, { recursive: true, force: true });
  });
  return Object.assign(dev, JSON.parse(line));
}

/**
 * startVision starts bin/stile-vision, which may have the vector instructions that stile-dev is built without, until
 * stopAll. It returns the address for STILE_VISION_URL.
 */
export async function startVision() {
  const folder = await mkdtemp(join(tmpdir(), "stile-vision-"));
  const socket = join(folder, "socket");
  const options = [
    "--stdin", "--quiet", "--models", join(binaries, "models"), "--listen", `unix:${socket}`, "--time", "1m",
  ];
  const process_ = spawn(join(binaries, "stile-vision"), options, { stdio: ["pipe", "ignore", "inherit"] });
  const exited = new Promise((resolve) => process_.once("exit", resolve));
  while (!existsSync(socket)) {
    if (process_.exitCode !== null) throw new Error(`stile-vision ended with ${process_.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  ends.push(async () => {
    process_.kill("SIGTERM");
    await exited;
    await rm(folder, { recursive: true, force: true });
  });
  return `unix:${socket}`;
}

/** chromiums are the programs to look for. The first has no window, and half the cost. */
const chromiums = ["chromium-headless-shell", "chromium"];

/** chromiumPath returns the path of Chromium: CHROMIUM, or the first in the PATH. */
function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = process.env.PATH.split(":");
  const found = chromiums.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (!found) throw new Error("There is no chromium in the PATH; scripts/ensure-browser installs it");
  return found;
}

/** launch starts Chromium with a camera that shows a moving test picture, until stopAll. */
export async function launch(args = []) {
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [
      "--no-sandbox", "--disable-dev-shm-usage", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
      ...args,
    ],
  });
  ends.push(() => browser.close());
  return browser;
}
