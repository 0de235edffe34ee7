// Builds the npm package @stile/widget in packages/widget/dist: modules with everything bundled, their types, and the
// licences of what is bundled. `npm pack` runs it.
import { execFileSync } from "node:child_process";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { catalogues, chunkName, pageOnly } from "./catalogues.mjs";
import { common, root, target } from "./common.mjs";

const home = `${root}packages/widget`;
const dist = `${home}/dist`;
const bundled = ["preact", "@lingui/core", "@lingui/message-utils"];

await build({
  ...common,
  plugins: [catalogues(pageOnly)],
  build: {
    target, outDir: dist, emptyOutDir: true, modulePreload: false, minify: "oxc",
    lib: { entry: `${home}/src/index.ts`, formats: ["es"], fileName: "index" },
    rollupOptions: { output: { chunkFileNames: chunkName } },
  },
});
await types();
await copyFile(`${root}../LICENSE`, `${dist}/LICENSE`);
await writeFile(`${dist}/THIRD_PARTY_LICENSES`, await licences());
await report();

/** types puts the declarations of the public interface into the package. */
async function types() {
  execFileSync(process.execPath, [`${root}node_modules/typescript-7/bin/tsc`, "-p", home], { stdio: "inherit" });
  await mkdir(dist, { recursive: true });
  for (const name of ["index", "api", "errors"]) {
    const text = await readFile(`${root}.cache/types/packages/widget/src/${name}.d.ts`, "utf8");
    await writeFile(`${dist}/${name}.d.ts`, text.replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"'));
  }
}

async function licences() {
  const texts = bundled.map(async (name) => {
    return `${name}\n\n${await readFile(`${root}node_modules/${name}/LICENSE`, "utf8")}`;
  });
  return (await Promise.all(texts)).join("\n\n");
}

async function report() {
  const names = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith(".js"));
  for (const name of names.sort()) {
    const { length } = gzipSync(await readFile(`${dist}/${name}`), { level: 9 });
    console.error(`${String(length).padStart(6)} bytes gzipped  ${name}`);
  }
}
