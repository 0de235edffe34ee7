import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "./errors.ts";
import { Transport, type Call } from "./transport.ts";

/** refusing returns a transport to a server that refuses all requests for a time, and the pauses of the repeats. */
function refusing(retryAfter: string) {
  const pauses: number[] = [];
  const headers = { "Retry-After": retryAfter };
  const answer = async () => new Response("{}", { status: 429, headers });
  const transport = new Transport("", () => "", answer, async (milliseconds) => {
    pauses.push(milliseconds);
  });
  return { pauses, send: (method: Call["method"]) => transport.send({ method, path: "/" }) };
}

const limited = (error: unknown) => error instanceof ApiError && error.status === 429;

test("A refused request is repeated after the pause that the server asks for", async () => {
  const { pauses, send } = refusing("2");
  await assert.rejects(send("POST"), limited);
  assert.deepEqual(pauses, [2_000, 2_000, 2_000]);
});

test("A user does not wait for a pause of minutes", async () => {
  const { pauses, send } = refusing("900");
  await assert.rejects(send("POST"), limited);
  assert.deepEqual(pauses, []);
  await assert.rejects(send("GET"), limited);
  assert.deepEqual(pauses, [30_000, 30_000, 30_000]);
});
