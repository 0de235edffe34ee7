import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const run = promisify(execFile);
export const home = fileURLToPath(new URL("..", import.meta.url));
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** ends stop the processes and remove the folders. */
const ends = [];
after(() => Promise.all(ends.map((end) => end())));

/** startDev starts bin/stile-dev with a fresh folder until the end of the suite. It returns the line that it prints. */
export async function startDev() {
  const data = await mkdtemp(join(tmpdir(), "stile-sdk-"));
  const listeners = ["listen", "temporal-listen", "ui-listen", "shop-listen"];
  const places = listeners.flatMap((name) => [`--${name}`, "127.0.0.1:0"]);
  const dev = spawn(join(root, "bin/stile-dev"), ["--json", "--data", data, ...places], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  ends.push(async () => {
    dev.kill("SIGTERM");
    if (dev.exitCode === null) await once(dev, "exit");
    await rm(data, { recursive: true, force: true });
  });
  const lines = createInterface({ input: dev.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  return JSON.parse(value);
}

/** install packs the package and installs the tarball, without a network, in a fresh project. It returns its folder. */
export async function install() {
  const folder = await mkdtemp(join(tmpdir(), "stile-project-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: home });
  const [tarball] = await readdir(folder);
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const options = ["--silent", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...options, `./${tarball}`], { cwd: folder });
  return folder;
}
