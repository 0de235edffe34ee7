import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ApiError, type SessionClient, type Status, type View } from "@stile/client";
import { Flow } from "./flow.ts";
import { screenOf, type Device } from "./model.ts";

const created = {
  session_id: "vks_a", revision: 1, status: "created", handoff_choices: [], methods: [], review: null,
} as unknown as View;
const place = { read: () => ({ begun: false, method: null, handoff: false }), write: () => undefined };

/** flowOf returns a flow of a client that has the given answers, and ends every wait at once. */
function flowOf(answers: Partial<SessionClient>, device: Device = "first"): Flow {
  const client = {
    view: async () => created,
    follow: async () => ({ status: null, etag: "1" }),
    ...answers,
  } as SessionClient;
  return new Flow({ client, device, place });
}

/** until starts a flow, waits for a state of its model, and ends the flow. */
async function until(flow: Flow, reached: () => boolean): Promise<void> {
  await after(flow, () => flow.start(), reached);
  flow.stop();
}

/** after waits for a state of the model that an action leads to. */
function after(flow: Flow, act: () => void, reached: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    flow.subscribe(() => reached() && resolve());
    act();
  });
}

/** heartOf returns a phone's flow, and a function that counts the heartbeats of the next half minute. */
function heartOf(t: TestContext, follow: SessionClient["follow"]) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let beats = 0;
  const heartbeat = async () => void beats++;
  const flow = flowOf({ view: async () => ({ ...created, status: "pending" }), heartbeat, follow }, "phone");
  return {
    flow,
    beats() {
      beats = 0;
      t.mock.timers.tick(30_000);
      return beats;
    },
  };
}

/** silence is a poll without an answer; it ends with its signal. */
function silence(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
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

test("a phone sends heartbeats until a problem, and again after it", async (t) => {
  let broken = true;
  const { flow, beats } = heartOf(t, async (_tag, _seconds, signal) => {
    if (broken) return refusal(422, "jurisdiction_unresolvable")();
    return silence(signal);
  });
  await after(flow, () => flow.start(), () => flow.model.problem === "place");
  await new Promise(setImmediate);
  assert.equal(beats(), 0);
  broken = false;
  flow.again();
  assert.equal(beats(), 1);
  flow.stop();
  await new Promise(setImmediate);
  assert.equal(beats(), 0);
});

/** endedFlow returns a flow of a session that is verified and that the user may share. */
async function endedFlow(t: TestContext, share: SessionClient["share"]): Promise<Flow> {
  const view = { ...created, status: "verified" as const, trust_reuse: { available: true, consent: false } };
  const flow = flowOf({ view: async () => view, share });
  t.after(() => flow.stop());
  await after(flow, () => flow.start(), () => flow.model.view !== null);
  return flow;
}

test("a choice to share shows once the server has saved it", async (t) => {
  const flow = await endedFlow(t, async (consent) => ({ consent }));
  for (const consent of [true, false]) {
    assert.equal(await flow.share(consent), null);
    assert.equal(flow.model.view?.trust_reuse.consent, consent);
  }
});

for (const [status, code, fault] of [
  [409, "trust_reuse_unavailable", "refused"],
  [503, "service_unavailable", "unsaved"],
] as const) {
  test(`${code} leaves the choice to share as it was, and is "${fault}"`, async (t) => {
    const flow = await endedFlow(t, refusal(status, code));
    assert.equal(await flow.share(true), fault);
    assert.equal(flow.model.view?.trust_reuse.consent, false);
    assert.equal(flow.model.trouble, null);
    assert.equal(flow.model.problem, null);
  });
}

test("starting over ends a poll that is under way, and makes no second run", async (t) => {
  const polls: (string | null)[] = [];
  const { flow, beats } = heartOf(t, async (tag, _seconds, signal) => {
    polls.push(tag);
    return polls.length === 1 ? { status: null, etag: "1" } : silence(signal);
  });
  await after(flow, () => flow.start(), () => flow.model.view !== null);
  await new Promise(setImmediate);
  assert.deepEqual(polls, [null, "1"]);
  await flow.act(refusal(422, "jurisdiction_unresolvable"));
  assert.equal(flow.model.problem, "place");
  flow.again();
  flow.again();
  await new Promise(setImmediate);
  assert.deepEqual(polls, [null, "1", null]);
  assert.equal(beats(), 1);
  flow.stop();
});

test("a new submission does not show the verdict on the one before", async () => {
  const attempt = { status: "failed", reason_codes: [], reasons: [] };
  const failed = { ...created, status: "requires_input", methods: [{ method: "mdl", last_attempt: attempt }] };
  let answer: ((view: View) => void) | undefined;
  const flow = flowOf({
    submit: async () => undefined,
    view: () => new Promise<View>((resolve) => (answer = resolve)),
  } as unknown as Partial<SessionClient>);
  flow.model = { ...flow.model, view: failed as unknown as View };
  const shown = () => screenOf(flow.model).name;
  let done: Promise<boolean> | undefined;
  await after(flow, () => (done = flow.submit("mdl", { simulate: "fail" })), () => flow.model.submitted === "mdl");
  assert.notEqual(shown(), "setback", "while the verdict is awaited");
  answer?.(failed as unknown as View);
  await done;
  assert.equal(shown(), "setback", "once it has come");
});

test("an answer that a newer one has overtaken is not shown", async () => {
  let late: ((view: View) => void) | undefined;
  const processing = { ...created, status: "processing" as const, revision: 2 };
  const views = [
    new Promise<View>((resolve) => (late = resolve)),
    Promise.resolve({ ...created, status: "verified" as const, revision: 3 }),
  ];
  const flow = flowOf({
    submit: async () => undefined,
    view: () => views.shift() ?? Promise.reject(new Error("a third view is read")),
  } as unknown as Partial<SessionClient>);
  let done: Promise<boolean> | undefined;
  await after(flow, () => (done = flow.submit("mdl", { simulate: "pass" })), () => flow.model.submitted === "mdl");
  await until(flow, () => flow.model.view?.status === "verified");
  late?.(processing);
  await done;
  assert.equal(flow.model.view?.status, "verified");
});

/** held returns a promise, and the function that fulfils it. */
function held<Value>(): { promise: Promise<Value>; release: (value: Value) => void } {
  let release: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((resolve) => (release = resolve));
  return { promise, release };
}

test("a report of a camera during another action is sent after it", async () => {
  const sent: string[] = [];
  const begun = held<void>();
  const offering = { ...created, revision: 2, offer_handoff: true } as View;
  const flow = flowOf({
    report: async (reason: string) => {
      sent.push(reason);
      return offering;
    },
  } as unknown as Partial<SessionClient>);
  const first = flow.attempt(async () => {
    await begun.promise;
    sent.push("challenge");
  });
  const reported = flow.report("camera_failed");
  assert.equal(flow.model.busy, true);
  begun.release();
  assert.equal(await first, null);
  assert.equal(await reported, true);
  assert.deepEqual(sent, ["challenge", "camera_failed"]);
  assert.equal(flow.model.view?.offer_handoff, true);
  assert.equal(flow.model.busy, false);
});

test("a button can be pressed during a report, and its action is carried out after it", async () => {
  const answer = held<View>();
  const flow = flowOf({ report: () => answer.promise } as unknown as Partial<SessionClient>);
  const reported = flow.report("camera_failed");
  assert.equal(flow.model.busy, false);
  let offered = false;
  const pressed = flow.attempt(async () => void (offered = flow.model.view?.offer_handoff ?? false));
  answer.release({ ...created, revision: 2, offer_handoff: true } as View);
  assert.equal(await reported, true);
  assert.equal(await pressed, null);
  assert.equal(offered, true);
});

test("a submission during another action is sent after it, also after one that failed", async () => {
  const sent: unknown[] = [];
  const flow = flowOf({
    submit: async (_: unknown, input: unknown) => void sent.push(input),
  } as unknown as Partial<SessionClient>);
  const failed = flow.act(refusal(503, "service_unavailable"));
  const refused = flow.attempt(refusal(429, "rate_limited"));
  const shown = flow.act(refusal(400, "parameter_invalid"));
  const submitted = flow.submit("mdl", { simulate: "pass" });
  assert.equal(await failed, false);
  assert.equal((await refused)?.status, 429);
  await assert.rejects(shown, ApiError);
  assert.equal(await submitted, true);
  assert.deepEqual(sent, [{ simulate: "pass" }]);
  assert.equal(flow.model.busy, false);
});

test("a submission that does not arrive is told to its caller, and the repeat is the same submission", async () => {
  const keys: string[] = [];
  const flow = flowOf({
    submit: async (_: unknown, __: unknown, key: string) => {
      keys.push(key);
      if (keys.length === 1) return refusal(503, "service_unavailable")();
    },
  } as unknown as Partial<SessionClient>);
  assert.equal(await flow.submit("mdl", { simulate: "pass" }), false);
  assert.equal(await flow.submit("mdl", { simulate: "pass" }), true);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});
