// The options that all builds share.
import { fileURLToPath } from "node:url";
import { catalogues } from "./catalogues.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** target are the browsers of the last four years. */
export const target = ["chrome107", "edge107", "firefox107", "safari16"];

/** common are Vite's options. */
export const common = {
  root, configFile: false, logLevel: "warn", publicDir: false,
  plugins: [catalogues()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};
