import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inspect } from "node:util";
import { Stile, StileAuthenticationError, StileConnectionError, StileError, StileRateLimitError }
  from "../dist/esm/index.js";
import { json, key, refusal, serve, waits } from "./server.mjs";

const ok = json(200, { id: "vks_1" });
const params = { type: "age", workflow_id: "wf_1" };

/** rejection returns the error with which a promise rejects. */
const rejection = (promise) => Promise.resolve(promise).then(() => assert.fail("it did not reject"), (error) => error);

test("a request has key, user agent and JSON, and a POST an idempotency key", async (t) => {
  const { stile, requests } = await serve(t, ok);
  await stile.verificationSessions.create(params);
  await stile.verificationSessions.create(params, { idempotencyKey: "order_12345" });
  await stile.verificationSessions.retrieve("vks_1");
  const [first, second, third] = requests;
  assert.equal(first.method + first.url, "POST/v1/verification_sessions");
  assert.equal(first.headers.authorization, `Bearer ${key}`);
  assert.equal(first.headers["content-type"], "application/json");
  assert.match(first.headers["user-agent"], /^stile-node\/\d+\.\d+\.\d+ \(node v\d+/);
  assert.deepEqual(JSON.parse(first.body), params);
  assert.match(first.headers["idempotency-key"], /^[0-9a-f-]{36}$/);
  assert.equal(second.headers["idempotency-key"], "order_12345");
  assert.equal(third.headers["idempotency-key"], undefined);
  assert.equal(third.headers["content-type"], undefined);
});

test("the user agent states the version of the package", async (t) => {
  const { stile, requests } = await serve(t, ok);
  await stile.events.retrieve("evt_1");
  const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  assert.ok(requests[0].headers["user-agent"].startsWith(`stile-node/${version} `));
});

test("429, 5xx and network faults are repeated with the same idempotency key", async (t) => {
  const found = waits(t);
  const faults = {
    "429": refusal(429, "rate_limit_error", "rate_limit_exceeded"),
    "500": refusal(500, "api_error", "internal_error"),
    "a proxy's 502": json(502, "<html>Bad Gateway</html>"),
    "a cut connection": (response) => response.socket.destroy(),
    "a cut answer": (response) => {
      response.writeHead(200, { "Content-Length": 100 });
      response.write('{"id": ', () => response.socket.destroy());
    },
  };
  for (const [name, fault] of Object.entries(faults)) {
    const { stile, requests } = await serve(t, fault, fault, ok);
    assert.deepEqual(await stile.verificationSessions.create(params), { id: "vks_1" }, name);
    assert.equal(requests.length, 3, name);
    assert.equal(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size, 1, name);
    assert.equal(new Set(requests.map(({ body }) => body)).size, 1, name);
    const [first, second] = found.splice(0);
    assert.ok(first >= 500 && first < 1000 && second >= 1000 && second < 1500, `${name}: ${first}, ${second}`);
  }
});

test("the wait grows to 30 seconds and no further", async (t) => {
  const found = waits(t);
  const { baseUrl, requests } = await serve(t, refusal(503, "api_error", "service_unavailable"));
  const stile = new Stile(key, { baseUrl, maxRetries: 8, timeout: 120_000 });
  const error = await rejection(stile.events.retrieve("evt_1"));
  assert.equal(error.code, "service_unavailable");
  assert.equal(requests.length, 9);
  assert.equal(found.length, 8);
  assert.deepEqual(found.slice(6), [30_000, 30_000]);
});

test("Retry-After is waited for, in seconds or as a date", async (t) => {
  const found = waits(t);
  const limited = (after) => refusal(429, "rate_limit_error", "rate_limit_exceeded", { "Retry-After": after });
  const { stile } = await serve(t, limited("7"), limited(new Date(Date.now() + 9000).toUTCString()), ok);
  await stile.events.retrieve("evt_1");
  assert.equal(found[0], 7000);
  assert.ok(found[1] > 6000 && found[1] <= 9000, String(found[1]));
});

test("a Retry-After beyond the rate limit's window is left to the caller", async (t) => {
  const limited = refusal(429, "rate_limit_error", "accept_existing_rate_limited", { "Retry-After": "900" });
  const { stile, requests } = await serve(t, limited);
  const error = await rejection(stile.verificationSessions.create(params));
  assert.ok(error instanceof StileRateLimitError && error instanceof StileError);
  assert.deepEqual([error.statusCode, error.code, error.retryAfter], [429, "accept_existing_rate_limited", 900]);
  assert.equal(requests.length, 1);
});

test("maxRetries of the client and of the request limit the attempts", async (t) => {
  waits(t);
  const { stile, baseUrl, requests } = await serve(t, refusal(500, "api_error", "internal_error"));
  await rejection(stile.events.retrieve("evt_1"));
  assert.equal(requests.splice(0).length, 3);
  await rejection(stile.events.retrieve("evt_1", { maxRetries: 0 }));
  assert.equal(requests.splice(0).length, 1);
  await rejection(new Stile(key, { baseUrl, maxRetries: 1, timeout: 120_000 }).events.retrieve("evt_1"));
  assert.equal(requests.length, 2);
});

test("other errors are thrown at once with the fields of the answer", async (t) => {
  const fields = { type: "invalid_request_error", code: "parameter_invalid", message: "No.", param: "workflow_id" };
  const { stile, requests } = await serve(t, json(400, { error: { ...fields, request_id: "req_2" } }));
  const error = await rejection(stile.verificationSessions.create(params));
  assert.ok(error instanceof StileError && error instanceof Error);
  const { type, code, message, param, requestId, statusCode, name } = error;
  assert.deepEqual({ type, code, message, param }, fields);
  assert.deepEqual([requestId, statusCode, name], ["req_2", 400, "StileError"]);
  assert.equal(requests.length, 1);
});

test("401 is a StileAuthenticationError", async (t) => {
  const { stile } = await serve(t, refusal(401, "authentication_error", "api_key_invalid"));
  const error = await rejection(stile.events.list());
  assert.ok(error instanceof StileAuthenticationError && error instanceof StileError);
  assert.equal(error.requestId, "req_1");
});

test("an answer that is none of Stile's keeps its request id", async (t) => {
  const { stile, requests } = await serve(
    t, json(404, "<html>", { "Request-Id": "req_3" }), json(200, "<html>", { "Request-Id": "req_4" }),
    json(302, "", { Location: "/elsewhere" }),
  );
  for (const [status, id] of [[404, "req_3"], [200, "req_4"], [302, null]]) {
    const error = await rejection(stile.events.retrieve("evt_1"));
    assert.deepEqual([error.code, error.statusCode, error.requestId], ["answer_invalid", status, id]);
  }
  assert.equal(requests.length, 3, "a redirect is not followed");
});

test("an answer that does not come in time is repeated, then a StileConnectionError", async (t) => {
  waits(t);
  const { baseUrl } = await serve(t, () => {});
  const requests = [];
  const counted = (url, init) => requests.push(url) && fetch(url, init);
  const stile = new Stile(key, { baseUrl, fetch: counted });
  const error = await rejection(stile.events.retrieve("evt_1", { timeout: 20, maxRetries: 1 }));
  assert.ok(error instanceof StileConnectionError && error instanceof StileError);
  assert.deepEqual([error.code, error.statusCode, error.requestId], ["timeout", 0, null]);
  assert.equal(requests.length, 2);
});

test("a refused connection is a StileConnectionError that names the cause, and no part of the query", async (t) => {
  waits(t);
  const stile = new Stile(key, { baseUrl: "http://127.0.0.1:1", timeout: 120_000 });
  const error = await rejection(stile.compliance.check({ use_cases: ["firearms"], client_ip: "203.0.113.7" }));
  assert.deepEqual([error.name, error.code], ["StileConnectionError", "connection_failed"]);
  assert.match(error.message, /^GET \/v1\/compliance\/check: the connection failed: /);
  assert.ok(!error.message.includes("203.0.113.7"));
});

test("a signal ends a request, and the wait before the next attempt", async (t) => {
  const { stile, requests } = await serve(t, () => controller.abort(new Error("closed")));
  let controller = new AbortController();
  const { signal } = controller;
  assert.equal((await rejection(stile.events.retrieve("evt_1", { signal }))).message, "closed");
  assert.equal((await rejection(stile.events.retrieve("evt_1", { signal }))).message, "closed");
  assert.equal(requests.length, 1, "an aborted signal sends nothing");

  const late = await serve(t, refusal(429, "rate_limit_error", "rate_limit_exceeded", { "Retry-After": "50" }));
  controller = new AbortController();
  const ended = rejection(late.stile.events.retrieve("evt_1", { signal: controller.signal }));
  while (late.requests.length === 0) await new Promise(setImmediate);
  controller.abort(new Error("closed"));
  assert.equal((await ended).message, "closed");
});

test("ids are escaped, and cannot lead to another path", async (t) => {
  const { stile, requests } = await serve(t, ok);
  await stile.verificationSessions.retrieve("a/b?c#d");
  assert.equal(requests[0].url, "/v1/verification_sessions/a%2Fb%3Fc%23d");
  for (const id of ["", ".", "..", undefined, null]) {
    assert.throws(() => stile.verificationSessions.cancel(id), TypeError);
  }
  assert.equal(requests.length, 1);
});

test("queries have lists, ranges and flags as the API takes them", async (t) => {
  const { stile, requests } = await serve(t, json(200, { data: [], has_more: false }));
  const filters = { limit: 20, created: { gte: 5, lt: 9 }, expand: ["results"], status: undefined };
  await stile.verificationSessions.list(filters);
  await stile.compliance.check({ use_cases: ["alcohol_delivery", "firearms"], explain: true });
  await stile.verificationSessions.retrieve("vks_1", { expand: ["results"] });
  const queries = requests.map(({ url }) => [...new URL(url, "http://x").searchParams].map(String));
  assert.deepEqual(queries, [
    ["limit,20", "created[gte],5", "created[lt],9", "expand[],results"],
    ["use_cases,alcohol_delivery,firearms", "explain,true"], ["expand[],results"],
  ]);
});

test("request reaches a path that has no method", async (t) => {
  const { stile, requests } = await serve(t, ok);
  assert.deepEqual(await stile.request("PATCH", "/v1/new", { query: { a: 1 }, body: { b: 2 } }), { id: "vks_1" });
  assert.deepEqual([requests[0].method, requests[0].url, requests[0].body], ["PATCH", "/v1/new?a=1", '{"b":2}']);
});

test("the key is not shown, and bad settings are refused with their name", () => {
  const stile = new Stile(key);
  assert.ok(!inspect(stile, { depth: 9, showHidden: true }).includes(key));
  assert.ok(!JSON.stringify(stile).includes(key));
  for (const bad of [undefined, "", `${key}\n`, 5]) {
    assert.throws(() => new Stile(bad), (error) => /API key/.test(error.message) && !error.message.includes(key));
  }
  for (const [name, values] of Object.entries({
    baseUrl: ["x", "ftp://a.example", "https://a.example?x=1"], maxRetries: [-1, 1.5, NaN], timeout: [0, NaN, 2 ** 31],
  })) {
    for (const value of values) assert.throws(() => new Stile(key, { [name]: value }), new RegExp(name));
  }
});

test("baseUrl may have a path and a slash at its end", async (t) => {
  const { baseUrl, requests } = await serve(t, ok);
  await new Stile(key, { baseUrl: `${baseUrl}/stile/` }).events.retrieve("evt_1");
  assert.equal(requests[0].url, "/stile/v1/events/evt_1");
});
