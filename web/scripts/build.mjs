// Builds everything that Stile serves into dist/: the hosted page and the launcher. The same sources give the same bytes.
import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { catalogues } from "./catalogues.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;
// The browsers of the last four years.
const target = ["chrome107", "edge107", "firefox107", "safari16"];

const common = {
  root, configFile: false, logLevel: "warn", publicDir: false,
  plugins: [catalogues()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};

await rm(dist, { recursive: true, force: true });
await build({
  ...common,
  build: {
    target, outDir: `${dist}/assets`, emptyOutDir: true, modulePreload: false, cssCodeSplit: false, assetsInlineLimit: 0,
    rollupOptions: {
      input: { page: `${root}packages/page/src/main.tsx` },
      output: {
        entryFileNames: "[name].js", chunkFileNames: "chunks/[name].js",
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
    lib: { entry: `${root}packages/widget/src/launcher.ts`, formats: ["iife"], name: "stile", fileName: () => "stile.js" },
  },
});
