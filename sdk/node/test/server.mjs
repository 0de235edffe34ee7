import { createServer } from "node:http";
import { once } from "node:events";
import { Stile } from "../dist/esm/index.js";

export const key = "stile_sk_secret";

/**
 * serve starts a server that answers each request by the next of the given functions, the last one again and again, and
 * returns a client of it and the requests that it got.
 */
export async function serve(t, ...answers) {
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    requests.push({ method: request.method, url: request.url, headers: request.headers, body });
    (answers.length > 1 ? answers.shift() : answers[0])(response, request);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  return { stile: new Stile(key, { baseUrl, timeout: 120_000 }), requests, baseUrl };
}

/** json answers with a status, a body and headers. */
export function json(status, body, headers = {}) {
  return (response) => response.writeHead(status, { "Content-Type": "application/json", ...headers })
    .end(typeof body === "string" ? body : JSON.stringify(body));
}

/** refusal answers with an error of the API. */
export function refusal(status, type, code, headers) {
  const error = { type, code, message: `message of ${code}`, param: null, request_id: "req_1" };
  return json(status, { error }, headers);
}

/** waits records the waits between attempts, and makes them short. It leaves the timers of fetch alone. */
export function waits(t) {
  const found = [];
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (run, wait, ...rest) => {
    const ours = new Error().stack.includes("/transport.js");
    if (!ours || wait < 500 || wait > 60_000) return setTimeout(run, wait, ...rest);
    found.push(wait);
    return setTimeout(run, 0, ...rest);
  });
  return found;
}
