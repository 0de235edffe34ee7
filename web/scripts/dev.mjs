// Serves the hosted page from its sources, for `stile-dev --web-proxy`: a change below packages/ reloads the page.
import { readFile } from "node:fs/promises";
import { createServer } from "vite";
import { common, root } from "./common.mjs";

const main = "packages/page/src/main.tsx";
const port = Number(process.env.PORT ?? 5173);

const server = await createServer({
  ...common,
  base: "/verify/", appType: "custom", logLevel: "info", cacheDir: `${root}.cache/dev`,
  optimizeDeps: { entries: [main] },
  server: { host: "127.0.0.1", port, strictPort: true },
  plugins: [...common.plugins, hostedPage()],
});
await server.listen();
console.log(`bin/stile-dev --web-proxy http://127.0.0.1:${port} shows the page from its sources`);

/** hostedPage serves verify.html, with the sources in the place of the build, at every address of the page. */
function hostedPage() {
  return {
    name: "stile-hosted-page",
    configureServer: (server) => () => server.middlewares.use(async (request, answer, next) => {
      try {
        const html = await readFile(`${root}packages/page/verify.html`, "utf8");
        const sources = html.replace(/<link rel="stylesheet".*\n/, "").replace("assets/page.js", `/${main}`);
        answer.setHeader("Content-Type", "text/html; charset=utf-8");
        answer.end(await server.transformIndexHtml(request.originalUrl, sources));
      } catch (error) {
        next(error);
      }
    }),
  };
}
