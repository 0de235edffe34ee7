// A merchant's site for the tests of the widget, and a proxy in front of stile-dev that records what browsers ask.
import { createServer, request } from "node:http";
import { call } from "./harness.mjs";

/** listen starts a server on a free port of the loopback address, and returns its origin and how to end it. */
export async function listen(handle) {
  const server = createServer(handle);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

/**
 * startProxy serves stile-dev at another origin. `lines` has what its access log would: address and Referer. `added`
 * are headers that it adds to the answers.
 */
export async function startProxy(dev, added = {}) {
  const lines = [];
  const proxy = await listen((asked, answer) => {
    lines.push(`${asked.method} ${asked.url} ${asked.headers.referer ?? ""}`);
    const { method, headers } = asked;
    const passed = request(dev.api + asked.url, { method, headers }, (response) => {
      answer.writeHead(response.statusCode, { ...response.headers, ...added });
      response.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  });
  return { ...proxy, lines };
}

/** listener records the widget's events and what the page's policy forbade. */
const listener = `
  window.seen = [];
  window.forbidden = [];
  addEventListener("securitypolicyviolation", (event) => forbidden.push(event.violatedDirective, event.blockedURI));
  for (const name of ["verified", "server-confirmed", "error", "cancel"]) {
    addEventListener("stile:" + name, ({ detail }) => seen.push({ name, detail }));
  }`;

/**
 * told waits until a page of the shop was told the event, and returns its detail. A window that closes after the event
 * shows its last screen for a moment, which a busy machine may miss.
 */
export async function told(page, name) {
  await page.waitForFunction((name) => seen.some((one) => one.name === name), name);
  return page.evaluate((name) => seen.find((one) => one.name === name).detail, name);
}

/**
 * startShop serves pages and scripts by path, with a strict policy that allows Stile's origin alone. POST /start is its
 * session-url, /confirm its confirmation-url, and POST /order takes a form. `asked` has the requests' addresses and
 * bodies.
 */
export async function startShop(dev, stile, options = {}) {
  const shop = { pages: new Map(), files: new Map(), asked: [], confirmed: new Set(), refusal: null, held: null };
  const policy = "default-src 'none'; base-uri 'none'; style-src 'self'; form-action 'self'; img-src data:; " +
    `script-src 'self' ${stile}; frame-src 'self' ${stile}; connect-src 'self' ${stile}`;
  async function answerOf(path, query, body) {
    switch (path) {
      case "/listener.js":
        return [200, "text/javascript", listener];
      case "/start":
      case "/api/start-verification":
        return start(JSON.parse(body));
      case "/confirm":
        return [200, "application/json", JSON.stringify({ confirmed: shop.confirmed.has(query.get("session_id")) })];
      default:
        if (shop.files.has(path)) return [200, "text/javascript", shop.files.get(path)];
        return [shop.pages.has(path) ? 200 : 404, "text/html", shop.pages.get(path) ?? `<title>Shop</title>${path}`];
    }
  }
  async function start({ workflowId, email, jurisdiction }) {
    if (shop.held) await shop.held;
    if (shop.refusal) return [422, "application/json", JSON.stringify(shop.refusal)];
    const session = await call(dev, "POST", "/v1/verification_sessions", {
      type: "age", workflow_id: workflowId ?? shop.workflow, email, jurisdiction: jurisdiction ?? "US",
    });
    const { id, client_secret, methods, age_tier } = session;
    shop.secrets.push(client_secret);
    return [200, "application/json", JSON.stringify({ session_id: id, client_secret, methods, age_tier })];
  }
  shop.secrets = [];
  const server = await listen(async (asked, answer) => {
    let body = "";
    for await (const chunk of asked) body += chunk;
    const { pathname, searchParams } = new URL(asked.url, "http://shop");
    shop.asked.push({ path: pathname, line: `${asked.url} ${asked.headers.referer ?? ""}`, body });
    const [status, type, text] = await answerOf(pathname, searchParams, body);
    answer.writeHead(status, { "Content-Type": type, "Content-Security-Policy": policy, ...options.headers });
    answer.end(text);
  });
  let count = 0;
  return Object.assign(shop, server, {
    /** page adds a page with these elements in its body, and returns its path. */
    page(body, script = `${stile}/v1/stile.js`, path = `/page${++count}`) {
      const scripts = ["/listener.js", script].flat().filter(Boolean);
      shop.pages.set(path, `<!doctype html><html lang="en"><title>Shop</title>${
        scripts.map((src) => `<script ${src.includes("assets") ? 'type="module"' : ""} src="${src}"></script>`).join("")
      }<body><p><button>Before</button></p>${body}`);
      return path;
    },
    /** started returns the bodies that /start was sent by a page of this workflow. */
    started: (workflow) => shop.asked.filter((one) => one.path === "/start").map((one) => JSON.parse(one.body))
      .filter((one) => one.workflowId === workflow),
  });
}
