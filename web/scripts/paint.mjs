// Measures how soon the hosted page paints and can be used on a slow connection and a slow machine, as ratios to a page
// that has nothing but Preact. `make bench` runs it. Both pages are loaded in turn, each time with an empty cache.
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { launch, startDev, stopAll } from "../e2e/start.mjs";
import { common, root, target } from "./common.mjs";

const rounds = Number(process.argv[2] ?? 11);
/** network is the slow 4G of Lighthouse: 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up. */
const network = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const slowdown = 4;

const dev = await startDev();
const browser = await launch();
const bare = await serveBare();
const pages = {
  "the hosted page": newSession,
  "Preact alone": async () => bare,
};
const times = Object.fromEntries(Object.keys(pages).map((name) => [name, []]));
for (let round = 0; round <= rounds; round++) {
  for (const [name, address] of Object.entries(pages)) {
    const measured = await measure(await address());
    if (round > 0) times[name].push(measured); // the first one warms the machine
  }
}
report();
await stopAll();
process.exit(0); // the server of the bare page still listens

/** newSession creates a session of the sandbox, and returns the address of its page. */
async function newSession() {
  const answer = await fetch(`${dev.api}/v1/verification_sessions`, {
    method: "POST",
    headers: { Authorization: `Bearer ${dev.sandbox.secret_key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ type: "age", workflow_id: dev.sandbox.workflow, jurisdiction: "US" }),
  });
  return (await answer.json()).url;
}

/** serveBare serves a page with a heading and a button by Preact, built and compressed as the hosted page is. */
async function serveBare() {
  const source = `import { h, render } from "preact";
    render(h("main", {}, h("h1", {}, "Preact"), h("button", {}, "Continue")), document.getElementById("root"));`;
  const built = await build({
    ...common,
    plugins: [{ name: "bare", resolveId: (id) => (id === "bare.js" ? `${root}bare.js` : null),
      load: (id) => (id === `${root}bare.js` ? source : null) }],
    build: { write: false, target, modulePreload: false, rollupOptions: { input: "bare.js" } },
  });
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>Bare</title>
    <script type="module" src="/bare.js"></script><div id="root"></div>`;
  const files = { "/": ["text/html", html], "/bare.js": ["text/javascript", built.output[0].code] };
  const server = createServer(({ url }, answer) => {
    const [type, text] = files[url] ?? files["/"];
    answer.writeHead(200, { "Content-Type": type, "Content-Encoding": "gzip" }).end(gzipSync(text, { level: 9 }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}/`;
}

/** measure returns the milliseconds to the first contentful paint, and to a button that can be pressed. */
async function measure(address) {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", network);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  // The page can be used once its button is there and the task that has rendered it is over.
  await context.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("main button")) return;
      observer.disconnect();
      setTimeout(() => (window.usable = performance.now()));
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await page.goto(address);
  await page.waitForFunction(() => window.usable && performance.getEntriesByName("first-contentful-paint").length);
  const measured = await page.evaluate(() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime, window.usable,
  ]);
  await context.close();
  return measured;
}

function report() {
  console.log(`Slow 4G (150 ms, 1.6 Mbit/s), CPU ${slowdown} times slower, medians of ${rounds} loads, in turn:`);
  ["first contentful paint", "usable"].forEach((event, index) => {
    const [hosted, preact] = Object.values(times).map((list) => median(list.map((one) => one[index])));
    const ratio = median(times["the hosted page"].map((one, at) => one[index] / times["Preact alone"][at][index]));
    console.log(`${event}: ${hosted.toFixed(0)} ms, Preact alone ${preact.toFixed(0)} ms, ratio ${ratio.toFixed(2)}`);
  });
}

function median(list) {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
}
