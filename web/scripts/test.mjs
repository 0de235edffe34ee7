// Runs the unit tests, packages/**/*.test.ts: bundles each for Node, then hands them to Node's test runner.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { catalogues } from "./catalogues.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = `${root}.cache/test`;
const tests = readdirSync(`${root}packages`, { recursive: true })
  .filter((name) => /\.test\.tsx?$/.test(name) && !name.includes("node_modules"))
  .map((name) => [name.replaceAll("/", "-").replace(/\.tsx?$/, ""), `${root}packages/${name}`]);

rmSync(out, { recursive: true, force: true });
await build({
  root, configFile: false, logLevel: "warn", publicDir: false, plugins: [catalogues()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: out, ssr: true, target: "node20", minify: false,
    rollupOptions: {
      input: Object.fromEntries(tests),
      output: { entryFileNames: "[name].mjs" },
    },
  },
});
const bundles = tests.map(([name]) => `${out}/${name}.mjs`);
const { status } = spawnSync(process.execPath, ["--test", ...bundles], { stdio: "inherit" });
process.exit(status ?? 1);
