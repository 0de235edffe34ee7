import assert from "node:assert/strict";
import { test } from "node:test";
import { json, refusal, serve } from "./server.mjs";

const page = (ids, more) => json(200, { object: "list", has_more: more, data: ids.map((id) => ({ id })) });

async function collect(list) {
  const ids = [];
  for await (const { id } of list) ids.push(id);
  return ids;
}

test("an awaited list is one page", async (t) => {
  const { stile, requests } = await serve(t, page(["a", "b"], true));
  const { data, has_more } = await stile.events.list({ limit: 2, type: "verification_session.verified" });
  assert.deepEqual([data, has_more], [[{ id: "a" }, { id: "b" }], true]);
  assert.equal(requests[0].url, "/v1/events?limit=2&type=verification_session.verified");
  assert.equal(requests.length, 1);
});

test("for await goes through all pages, with the filters of the first", async (t) => {
  const { stile, requests } = await serve(t, page(["a", "b"], true), page(["c"], true), page(["d"], false));
  const list = stile.verificationSessions.list({ limit: 2, status: "verified", starting_after: "x" });
  assert.deepEqual(await collect(list), ["a", "b", "c", "d"]);
  const cursors = requests.map(({ url }) => new URL(url, "http://x").searchParams.get("starting_after"));
  assert.deepEqual(cursors, ["x", "b", "c"]);
  assert.ok(requests.every(({ url }) => url.includes("limit=2&status=verified")));
});

test("with ending_before it goes from older to newer objects", async (t) => {
  const { stile, requests } = await serve(t, page(["c", "b"], true), page(["d"], false));
  assert.deepEqual(await collect(stile.events.list({ ending_before: "a" })), ["b", "c", "d"]);
  assert.deepEqual(requests.map(({ url }) => url), ["/v1/events?ending_before=a", "/v1/events?ending_before=c"]);
});

test("reviews continue after their session", async (t) => {
  const first = json(200, { has_more: true, data: [{ session_id: "vks_1" }] });
  const { stile, requests } = await serve(t, first, json(200, { has_more: false, data: [] }));
  for await (const review of stile.reviews.list({ status: "pending" })) assert.equal(review.session_id, "vks_1");
  assert.equal(requests[1].url, "/v1/reviews?status=pending&starting_after=vks_1");
});

test("a list that nobody waits for sends nothing, and one read twice requests its first page once", async (t) => {
  const { stile, requests } = await serve(t, page(["a"], false));
  const list = stile.webhookEndpoints.list();
  await new Promise(setImmediate);
  assert.equal(requests.length, 0);
  await list;
  assert.deepEqual(await collect(list), ["a"]);
  assert.equal(requests.length, 1);
});

test("an error ends the iteration, and reaches catch and finally", async (t) => {
  const { stile } = await serve(t, page(["a"], true), refusal(404, "invalid_request_error", "resource_missing"));
  await assert.rejects(collect(stile.events.list()), { code: "resource_missing" });
  const seen = [];
  await stile.events.list().finally(() => seen.push("finally")).catch((error) => seen.push(error.code));
  assert.equal(await stile.events.list().catch((error) => error.code), "resource_missing");
  assert.deepEqual(seen, ["finally", "resource_missing"]);
});
