// Builds the files that Stile serves into dist/, the hosted page and the launcher. The same sources give the same
// bytes. `--check` builds elsewhere, and fails if the committed dist/ differs.
import { cp, readdir, readFile, rm } from "node:fs/promises";
import { build } from "vite";
import { chunkName } from "./catalogues.mjs";
import { common, root, target } from "./common.mjs";

const committed = `${root}dist`;
const checking = process.argv.includes("--check");
const dist = checking ? `${root}.cache/dist` : committed;

await rm(dist, { recursive: true, force: true });
await build({
  ...common,
  base: "./", // the page is served below any path
  worker: {
    format: "es", rollupOptions: { output: { entryFileNames: "[name].js", assetFileNames: "[name][extname]" } },
  },
  build: {
    target, outDir: `${dist}/assets`, emptyOutDir: true,
    modulePreload: false, cssCodeSplit: false, assetsInlineLimit: 0,
    rollupOptions: {
      input: { page: `${root}packages/page/src/main.tsx` },
      output: {
        entryFileNames: "[name].js", chunkFileNames: chunkName,
        assetFileNames: (asset) => (asset.names.some((name) => name.endsWith(".css")) ? "page.css" : "[name][extname]"),
      },
    },
  },
});
await cp(`${root}packages/page/verify.html`, `${dist}/verify.html`);
await build({
  ...common,
  build: {
    target, outDir: dist, emptyOutDir: false,
    lib: {
      entry: `${root}packages/widget/src/launcher.ts`, formats: ["iife"], name: "stile", fileName: () => "stile.js",
    },
  },
});

if (checking) await compare();

/** compare ends the process with an error if the committed files are not those of this build. */
async function compare() {
  const [now, before] = await Promise.all([contents(dist), contents(committed)]);
  const names = new Set([...now.keys(), ...before.keys()]);
  const differing = [...names].filter((name) => now.get(name) !== before.get(name));
  if (differing.length === 0) return;
  console.error(`build: not built from the present sources: ${differing.join(", ")} in web/dist; run \`make web\``);
  process.exit(1);
}

async function contents(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  const read = async (file) => [file.slice(folder.length + 1), await readFile(file, "utf8")];
  return new Map(await Promise.all(files.map(read)));
}
