import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, type SessionClient, type Status, type View } from "@stile/client";
import { Flow } from "./flow.ts";

const created = {
  session_id: "vks_a", status: "created", handoff_choices: [], methods: [], review: null,
} as unknown as View;
const place = { read: () => ({ begun: false, method: null, handoff: false }), write: () => undefined };

/** flowOf returns a flow of a client that has the given answers, and ends every wait at once. */
function flowOf(answers: Partial<SessionClient>): Flow {
  const client = {
    view: async () => created,
    follow: async () => ({ status: null, etag: "1" }),
    ...answers,
  } as SessionClient;
  return new Flow({ client, device: "first", place });
}

/** until waits for a state of the model, and ends the flow. */
async function until(flow: Flow, reached: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    flow.subscribe(() => reached() && resolve());
    flow.start();
  });
  flow.stop();
}

function refusal(status: number, code: string): () => Promise<never> {
  return () => Promise.reject(new ApiError(status, code, "", null, null));
}

test("a session that nobody has opened is opened", async () => {
  const flow = flowOf({ open: async () => ({ ...created, status: "pending" }) });
  await until(flow, () => flow.model.view?.status === "pending");
});

test("a session that a phone holds is followed, and opened after its next change", async () => {
  let held = true;
  const flow = flowOf({
    open: async () => {
      if (held) return refusal(409, "session_locked_to_other_device")();
      return { ...created, status: "pending" as const };
    },
    follow: async () => {
      const status = { status: "created", active_device: held ? "mobile" : null } as Status;
      held = false;
      return { status, etag: "1" };
    },
  });
  await until(flow, () => flow.model.view?.status === "pending");
  assert.equal(flow.model.problem, null);
});

test("a place that the workflow does not serve is a problem", async () => {
  const flow = flowOf({ open: refusal(400, "parameter_invalid") });
  await until(flow, () => flow.model.problem === "prohibited");
});

for (const [status, code, problem] of [
  [422, "jurisdiction_unresolvable", "place"],
  [422, "use_case_prohibited", "prohibited"],
  [401, "api_key_invalid", "link"],
] as const) {
  test(`${code} at the opening is the problem "${problem}"`, async () => {
    const flow = flowOf({ open: refusal(status, code) });
    await until(flow, () => flow.model.problem === problem);
  });
}
