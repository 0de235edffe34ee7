import assert from "node:assert/strict";
import { copyFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { install, home, root, run, startDev } from "./stage.mjs";

const packages = join(root, "bin/runtimes/node_modules");
const arch = { x64: ["x64", "x64-baseline", "x64"], arm64: ["arm64", "aarch64", "arm64"] }[process.arch];

/** runtimes are the programs that run the package, with their arguments. scripts/ensure-runtimes installs them. */
const runtimes = {
  "this Node": [process.execPath],
  "Node 18": [join(packages, `node-linux-${arch[0]}/bin/node`)],
  Bun: [join(packages, `@oven/bun-linux-${arch[1]}/bin/bun`), "run"],
  Deno: [join(packages, `@deno/linux-${arch[2]}-glibc/deno`), "run", "--allow-all", "--node-modules-dir=manual"],
};

describe("@stile/node from its tarball", () => {
  let dev, folder, environment;

  before(async () => {
    [dev, folder] = await Promise.all([startDev(), install()]);
    await copyFile(join(home, "e2e/smoke.mjs"), join(folder, "smoke.mjs"));
    const { secret_key, workflow } = dev.sandbox;
    environment = { ...process.env, STILE_URL: dev.api, STILE_API_KEY: secret_key, STILE_WORKFLOW: workflow };
  });

  test("has its files, no dependency, and no more", async () => {
    const installed = join(folder, "node_modules/@stile/node");
    const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    assert.deepEqual([manifest.dependencies, manifest.optionalDependencies], [undefined, undefined]);
    const others = (await readdir(join(folder, "node_modules"))).filter((name) => !name.startsWith("."));
    assert.deepEqual(others, ["@stile"]);
    const top = (await readdir(installed)).sort();
    assert.deepEqual(top, ["README.md", "dist", "package.json"]);
    const size = (await stat(join(folder, (await readdir(folder)).find((name) => name.endsWith(".tgz"))))).size;
    console.log(`# the tarball has ${size} bytes`);
    assert.ok(size < 100 << 10, `${size} bytes`);
  });

  for (const [name, [program, ...options]] of Object.entries(runtimes)) {
    test(`runs in ${name}`, async () => {
      const { stdout } = await run(program, [...options, "smoke.mjs"], { cwd: folder, env: environment });
      assert.equal(stdout.trim(), "ok");
    });
  }

  for (const condition of ["workerd", "edge-light"]) {
    test(`runs without node:crypto under the condition ${condition}`, async () => {
      const options = ["--conditions", condition, "smoke.mjs"];
      const { stdout } = await run(process.execPath, options, { cwd: folder, env: { ...environment, EDGE: "yes" } });
      assert.equal(stdout.trim(), "ok");
      for (const file of ["edge", "client", "webhooks", "transport", "pages", "resources", "errors", "hmac"]) {
        const text = await readFile(join(folder, `node_modules/@stile/node/dist/esm/${file}.js`), "utf8");
        assert.doesNotMatch(text, /["']node:/, file);
      }
    });
  }

  for (const name of ["this Node", "Node 18"]) {
    test(`is required by CommonJS in ${name}`, async () => {
      await writeFile(join(folder, "required.cjs"), `
        const { Stile, default: same, StileError } = require("@stile/node");
        new Stile(process.env.STILE_API_KEY, { baseUrl: process.env.STILE_URL }).events.retrieve("evt_none")
          .catch((error) => console.log(Stile === same && error instanceof StileError && error.code));`);
      const { stdout } = await run(runtimes[name][0], ["required.cjs"], { cwd: folder, env: environment });
      assert.equal(stdout.trim(), "resource_missing");
    });
  }
});
