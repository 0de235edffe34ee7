import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, NetworkError } from "./errors.ts";
import type { Call } from "./transport.ts";
import { FileUpload, pieceBytes } from "./upload.ts";

/** Fault is how one request fails: before it arrives, or after it has had its effect. */
type Fault = "lost" | "answer lost";

/** server keeps one upload as the API does, and notes the requests. Each fault is for the request of its number. */
function server(given: { faults?: Record<number, Fault>; old?: boolean; forgets?: number } = {}) {
  const asked: string[] = [];
  let [arrived, complete] = [new Blob([]), false];
  const headers = () => new Headers({ "Upload-Offset": `${arrived.size}`, "Upload-Complete": complete ? "?1" : "?0" });
  const carryOut = (call: Call): Response => {
    if (given.forgets === asked.length) [arrived, complete] = [new Blob([]), false];
    if (given.forgets === asked.length) throw new ApiError(404, "resource_missing", "", "id", null);
    const pieces = call.headers?.["Upload-Complete"];
    if (call.method === "POST") {
      [arrived, complete] = [call.body as Blob, given.old || !pieces];
      return new Response(JSON.stringify({ id: `upl_${call.key}` }), given.old ? {} : { headers: headers() });
    }
    if (call.method === "PATCH") {
      if (Number(call.headers!["Upload-Offset"]) !== arrived.size || complete) {
        throw new ApiError(409, "upload_offset_mismatch", "", null, null, headers());
      }
      [arrived, complete] = [new Blob([arrived, call.body as Blob]), pieces === "?1"];
    }
    return new Response(null, { headers: headers() });
  };
  const send = async (call: Call): Promise<Response> => {
    const at = call.headers?.["Upload-Offset"] ?? (call.body as Blob | undefined)?.size ?? "";
    asked.push(`${call.method} ${at}`.trim());
    const fault = given.faults?.[asked.length];
    if (fault === "lost") throw new NetworkError("");
    const answer = carryOut(call);
    if (fault) throw new NetworkError("");
    return answer;
  };
  return { asked, send, arrived: () => arrived.text(), complete: () => complete };
}

/** content is a file of two pieces and a half. */
const content = Array.from({ length: pieceBytes * 2.5 }, (_, at) => String.fromCharCode(97 + (at % 23))).join("");
const [one, two] = [pieceBytes, 2 * pieceBytes];

/** upload sends the content, again after each fault, and returns the requests. */
async function upload(api: ReturnType<typeof server>, file = content): Promise<string[]> {
  const sending = new FileUpload(api.send, "/uploads", "document_capture", new Blob([file]));
  const progress: number[] = [];
  for (let tries = 0; !api.complete() || tries === 0 || sending.sent < file.length; tries++) {
    assert.ok(tries < 5, "the upload does not end");
    await sending.send(() => progress.push(sending.sent)).catch((error: unknown) => {
      if (!(error instanceof NetworkError)) throw error;
    });
  }
  assert.equal(await api.arrived(), file);
  assert.equal(progress.at(-1), file.length);
  return api.asked;
}

for (const [name, given, asked] of [
  ["goes in pieces", {}, [`POST ${one}`, `PATCH ${one}`, `PATCH ${two}`]],
  ["asks where it is after a lost piece", { faults: { 2: "lost" } },
    [`POST ${one}`, `PATCH ${one}`, "HEAD", `PATCH ${one}`, `PATCH ${two}`]],
  ["sends no piece twice after a lost answer", { faults: { 2: "answer lost" } },
    [`POST ${one}`, `PATCH ${one}`, "HEAD", `PATCH ${two}`]],
  ["ends after a lost last answer", { faults: { 3: "answer lost" } },
    [`POST ${one}`, `PATCH ${one}`, `PATCH ${two}`, "HEAD"]],
  ["goes on through several faults", { faults: { 1: "answer lost", 3: "lost", 4: "lost" } },
    [`POST ${one}`, `POST ${one}`, `PATCH ${one}`, "HEAD", "HEAD", `PATCH ${one}`, `PATCH ${two}`]],
  ["goes in one request if the server forgets it", { forgets: 3 },
    [`POST ${one}`, `PATCH ${one}`, `PATCH ${two}`, `POST ${content.length}`]],
  ["goes in one request to a server that takes no pieces", { old: true },
    [`POST ${one}`, `POST ${content.length}`]],
] as const) {
  test(`a large file ${name}`, async () => assert.deepEqual(await upload(server(given)), asked));
}

test("a small file goes in one request, without headers", async () => {
  assert.deepEqual(await upload(server(), "small"), ["POST 5"]);
});

test("a repeated piece whose first copy arrived late goes on behind it", async () => {
  const api = server();
  const twice = async (call: Call) => {
    if (call.method === "PATCH") await api.send(call).catch(() => undefined);
    return api.send(call);
  };
  assert.deepEqual(await upload({ ...api, send: twice }), [
    `POST ${one}`, `PATCH ${one}`, `PATCH ${one}`, `PATCH ${two}`, `PATCH ${two}`,
  ]);
});

test("a refusal is not repeated", async () => {
  const refuse = () => Promise.reject(new ApiError(413, "request_too_large", "", null, null));
  const sending = new FileUpload(refuse, "/uploads", "document_capture", new Blob([content]));
  await assert.rejects(sending.send(), { code: "request_too_large" });
});
