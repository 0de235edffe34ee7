// Builds the package in dist: ES modules, CommonJS modules, and their types. `npm pack` and the tests run it.
// TypeScript is that of web/, so that the repository has one lock file.
import { execFileSync } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const home = fileURLToPath(new URL("..", import.meta.url));
const tsc = fileURLToPath(new URL("../../../web/node_modules/typescript-7/bin/tsc", import.meta.url));

await rm(`${home}dist`, { recursive: true, force: true });
compile();
// Without verbatimModuleSyntax the same sources compile to either kind of module.
compile("--module", "CommonJS", "--moduleResolution", "Bundler", "--outDir", "dist/cjs");
await mkdir(`${home}dist/cjs`, { recursive: true });
await writeFile(`${home}dist/cjs/package.json`, '{ "type": "commonjs" }\n');
await copyFile(`${home}../../LICENSE`, `${home}dist/LICENSE`);

function compile(...options) {
  execFileSync(process.execPath, [tsc, "-p", home, ...options], { stdio: "inherit" });
}
