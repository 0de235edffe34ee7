import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, NetworkError, type Method, type MethodView, type Status, type View } from "@stile/client";
import { isOpen, isTerminal, offersSharing, problemOf, screenOf, usable, type Model } from "./model.ts";

type Offered = MethodView["status"];

/** measured are the methods that the server calls biometric. */
const measured: readonly Method[] = ["facial_age", "selfie_liveness", "selfie_match"];

/** one returns a method of a view; `failed` gives it a last attempt that did not pass. */
function one(method: Method, status: Offered = "available", failed = false): MethodView {
  const reasons = [{ code: "unreadable", message: "It could not be read.", action: "try_again" }];
  const attempt = failed ? { status: "failed", reason_codes: ["unreadable"], reasons } : null;
  const view = {
    method, status, attempts_left: 2, needs: [], biometric: measured.includes(method), unavailable_reason: null,
    last_attempt: attempt,
  };
  return view as unknown as MethodView;
}

/** waitingFor returns a method with an open challenge. */
function waitingFor(method: Method, data: object | null): MethodView {
  return { ...one(method), waiting: { challenge: "mch_a", expires_at: 1, data: data as never } };
}

const licence = one("mdl");
const birthday = one("self_attestation");

/** viewOf returns the view of a session with two methods to choose from, but for the fields given. */
function viewOf(fields: Partial<View> = {}): View {
  return {
    object: "verification_view", session_id: "vks_a", type: "age", status: "pending", sandbox: false,
    methods: [licence, birthday], consent_required: false, offer_handoff: true, handoff_reason: null,
    handoff_choices: null, failure: null, review: null, requires_email_otp: false, email_otp: otpOf(), ...fields,
  } as View;
}

/** otpOf returns the state of a code that can be asked for, but for the fields given. */
function otpOf(fields: Partial<View["email_otp"]> = {}): View["email_otp"] {
  return {
    object: "email_otp", available: true, email_known: false, sent: false, expires_at: null, attempts_left: null,
    proven: false, ...fields,
  };
}

/** onPhone returns the status of a session that a phone holds. */
function onPhone(fields: Partial<Status> = {}): Status {
  return { status: "pending", active_device: "mobile", ...fields } as Status;
}

const waits = viewOf({ methods: [licence, waitingFor("student", {})] });
const waitsElsewhere = viewOf({ methods: [licence, waitingFor("student", null)] });
const begun = { begun: true, method: null, handoff: false };
const toHandoff = { begun: true, method: null, handoff: true };
const fresh = { begun: false, method: null, handoff: false };
const review = (status: string) => ({ review: { status } }) as Partial<View>;

/** modelOf returns the model of a first device after the introduction, but for the fields given. */
function modelOf(fields: Partial<Model> = {}): Model {
  return {
    device: "first", view: viewOf(), status: null, problem: null, trouble: null, navigation: begun, submitted: null,
    busy: false, ...fields,
  };
}

/** phoneOf returns the model of a phone before any choice of its user. */
function phoneOf(fields: Partial<Model> = {}): Model {
  return modelOf({ device: "phone", navigation: fresh, ...fields });
}

/** picked returns the navigation after the choice of a method. */
function picked(method: Method): Partial<Model> {
  return { navigation: { begun: true, method, handoff: false } };
}

const rules: [rule: string, model: Model, screen: string][] = [
  ["nothing is known yet", modelOf({ view: null }), "loading"],
  ["a problem comes before all", modelOf({ problem: "held" }), "problem"],
  ["a problem before the session was loaded", modelOf({ problem: "link", view: null }), "problem"],
  ["a request that is repeated leaves the screen", modelOf({ trouble: "offline" }), "choice"],
  ["an action under way leaves the screen", modelOf({ busy: true }), "choice"],

  ["verified", modelOf({ view: viewOf({ status: "verified" }) }), "verified"],
  ["failed", modelOf({ view: viewOf({ status: "failed" }) }), "failed"],
  ["expired", modelOf({ view: viewOf({ status: "expired" }) }), "expired"],
  ["cancelled", modelOf({ view: viewOf({ status: "cancelled" }) }), "cancelled"],
  [
    "the end comes before the introduction",
    modelOf({ view: viewOf({ status: "verified" }), navigation: fresh }),
    "verified",
  ],
  ["the end comes before a code", modelOf({ view: viewOf({ status: "expired" }), navigation: toHandoff }), "expired"],
  [
    "the end comes before the phone",
    modelOf({ view: viewOf({ status: "cancelled" }), status: onPhone() }),
    "cancelled",
  ],
  [
    "the end comes before the number",
    phoneOf({ view: viewOf({ status: "expired", handoff_choices: [1, 2, 3] }) }),
    "expired",
  ],
  ["the end comes before a review", modelOf({ view: viewOf({ status: "failed", ...review("pending") }) }), "failed"],
  [
    "the end comes before the setback that led to it",
    modelOf({ view: viewOf({ status: "failed", methods: [one("mdl", "exhausted", true)] }), submitted: "mdl" }),
    "failed",
  ],

  ["a method that waits for a reply is shown anew", modelOf({ view: waits, navigation: fresh }), "method"],
  ["a method that waits for a reply comes before the choice", modelOf({ view: waits }), "method"],
  [
    "the list is shown beside a method that waits",
    modelOf({ view: waits, navigation: { ...begun, listed: true } }),
    "choice",
  ],
  ["a challenge of another page resumes nothing", modelOf({ view: waitsElsewhere, navigation: fresh }), "intro"],

  ["a phone chooses the number", phoneOf({ view: viewOf({ handoff_choices: [12, 34, 56] }) }), "confirm"],
  [
    "a phone chooses the number before anything else",
    phoneOf({ view: viewOf({ status: "processing", handoff_choices: [12, 34, 56] }) }),
    "confirm",
  ],
  ["a phone without a number goes on", phoneOf({ view: viewOf({ handoff_choices: [] }) }), "choice"],
  ["the first device never chooses the number", modelOf({ view: viewOf({ handoff_choices: [12, 34, 56] }) }), "choice"],
  ["the first device waits for the phone", modelOf({ status: onPhone() }), "phone"],
  ["the phone comes before the introduction", modelOf({ status: onPhone(), navigation: fresh }), "phone"],
  ["the phone comes before its code", modelOf({ status: onPhone(), navigation: toHandoff }), "phone"],
  [
    "the phone comes before its checks",
    modelOf({ status: onPhone(), view: viewOf({ status: "processing" }) }),
    "phone",
  ],
  ["the phone does not wait for itself", phoneOf({ status: onPhone() }), "choice"],
  ["a session back from the phone", modelOf({ status: onPhone({ active_device: null }) }), "choice"],

  ["a check is under way", modelOf({ view: viewOf({ status: "processing" }) }), "processing"],
  [
    "a check comes before the introduction",
    modelOf({ view: viewOf({ status: "processing" }), navigation: fresh }),
    "processing",
  ],
  [
    "a check comes before a code",
    modelOf({ view: viewOf({ status: "processing" }), navigation: toHandoff }),
    "processing",
  ],
  [
    "a check comes before the last setback",
    modelOf({ view: viewOf({ status: "processing", methods: [one("mdl", "processing", true)] }), submitted: "mdl" }),
    "processing",
  ],
  ["a review waits", modelOf({ view: viewOf(review("pending")) }), "review"],
  ["a review waits for another reviewer", modelOf({ view: viewOf(review("escalated")) }), "review"],
  [
    "a review comes before the check",
    modelOf({ view: viewOf({ status: "processing", ...review("pending") }) }),
    "review",
  ],
  ["a review that is decided lets the session go on", modelOf({ view: viewOf(review("approved")) }), "choice"],

  [
    "the user's own attempt failed",
    modelOf({ view: viewOf({ methods: [one("mdl", "available", true), birthday] }), submitted: "mdl" }),
    "setback",
  ],
  [
    "a failed attempt on a phone",
    phoneOf({ view: viewOf({ methods: [one("mdl", "available", true), birthday] }), submitted: "mdl" }),
    "setback",
  ],
  [
    "the last attempt failed, and the method is used up",
    modelOf({ view: viewOf({ methods: [one("mdl", "exhausted", true), birthday] }), submitted: "mdl" }),
    "setback",
  ],
  [
    "an attempt that failed before the page was loaded is no setback",
    modelOf({ view: viewOf({ methods: [one("mdl", "available", true), birthday] }) }),
    "choice",
  ],
  [
    "another method's failed attempt is no setback",
    modelOf({ view: viewOf({ methods: [one("mdl", "available", true), birthday] }), submitted: "self_attestation" }),
    "choice",
  ],
  ["an attempt without a verdict is no setback", modelOf({ submitted: "mdl", ...picked("mdl") }), "method"],
  ["a method that the session no longer has is no setback", modelOf({ submitted: "student" }), "choice"],
  [
    "a setback comes before a code",
    modelOf({ view: viewOf({ methods: [one("mdl", "available", true)] }), submitted: "mdl", navigation: toHandoff }),
    "setback",
  ],

  ["the first device asks for a code", modelOf({ navigation: toHandoff }), "handoff"],
  ["a code before the introduction", modelOf({ navigation: { ...fresh, handoff: true } }), "handoff"],
  ["a phone has no code of its own", phoneOf({ navigation: toHandoff }), "choice"],

  ["the first device begins with the introduction", modelOf({ navigation: fresh }), "intro"],
  [
    "the introduction comes before a single method",
    modelOf({ navigation: fresh, view: viewOf({ methods: [licence] }) }),
    "intro",
  ],
  ["a phone begins without the introduction", phoneOf(), "choice"],

  ["several methods are a choice", modelOf(), "choice"],
  ["the chosen method", modelOf(picked("self_attestation")), "method"],
  ["a single method is no choice", modelOf({ view: viewOf({ methods: [licence] }) }), "method"],
  [
    "a single method of which the user has asked for the list",
    modelOf({ view: viewOf({ methods: [licence] }), navigation: { ...begun, listed: true } }),
    "choice",
  ],
  ["a single method on a phone", phoneOf({ view: viewOf({ methods: [licence] }) }), "method"],
  [
    "methods of other steps are no choice",
    modelOf({
      view: viewOf({ methods: [one("mdl", "passed"), birthday, one("student", "upcoming"), one("mid", "skipped")] }),
    }),
    "method",
  ],
  [
    "one usable method beside an unavailable one is a choice",
    modelOf({ view: viewOf({ methods: [one("mdl", "unavailable"), birthday] }) }),
    "choice",
  ],
  [
    "one usable method beside one that is used up is a choice",
    modelOf({ view: viewOf({ methods: [one("mdl", "exhausted", true), birthday] }) }),
    "choice",
  ],
  [
    "a chosen method that is used up is no longer chosen",
    modelOf({ view: viewOf({ methods: [one("mdl", "exhausted", true), birthday] }), ...picked("mdl") }),
    "choice",
  ],
  [
    "a chosen method that the server has passed is no longer chosen",
    modelOf({ view: viewOf({ methods: [one("mdl", "passed"), birthday] }), ...picked("mdl") }),
    "method",
  ],
  ["a method of no step is not chosen", modelOf(picked("student")), "choice"],
  [
    "a single method that cannot be used",
    modelOf({ view: viewOf({ methods: [one("mdl", "unavailable")] }) }),
    "choice",
  ],
  ["a step without methods", modelOf({ view: viewOf({ methods: [] }) }), "choice"],
];

for (const [rule, model, screen] of rules) {
  test(`${rule}: ${screen}`, () => {
    assert.equal(screenOf(model).name, screen);
  });
}

for (const method of measured) {
  const view = { methods: [one(method), birthday] };
  test(`${method} needs consent before its screen, where the law asks for it`, () => {
    const asked = screenOf(modelOf({ view: viewOf({ ...view, consent_required: true }), ...picked(method) }));
    assert.equal(asked.name, "consent");
    assert.equal("method" in asked && asked.method.method, method);
    assert.equal(screenOf(modelOf({ view: viewOf(view), ...picked(method) })).name, "method");
  });
  test(`${method} needs consent as the only method, and on a phone`, () => {
    const alone = viewOf({ methods: [one(method)], consent_required: true });
    assert.equal(screenOf(modelOf({ view: alone })).name, "consent");
    assert.equal(screenOf(phoneOf({ view: alone })).name, "consent");
  });
}

test("the consent to the only method is declined", () => {
  const alone = viewOf({ methods: [one("facial_age")], consent_required: true });
  assert.equal(screenOf(modelOf({ view: alone, navigation: { ...begun, listed: true } })).name, "choice");
});

test("a method without a face needs no consent", () => {
  const view = viewOf({ methods: [one("facial_age"), birthday], consent_required: true });
  assert.equal(screenOf(modelOf({ view, ...picked("self_attestation") })).name, "method");
  assert.equal(screenOf(modelOf({ view })).name, "choice");
});

test("the screen of a method has the chosen method, or the only one", () => {
  const chosen = screenOf(modelOf(picked("self_attestation")));
  assert.deepEqual(chosen, { name: "method", view: viewOf(), method: birthday });
  const passed = viewOf({ methods: [one("mdl", "passed"), birthday] });
  const only = screenOf(modelOf({ view: passed, ...picked("mdl") }));
  assert.deepEqual(only, { name: "method", view: passed, method: birthday });
});

test("the screen of a problem names it", () => {
  assert.deepEqual(screenOf(modelOf({ problem: "place" })), { name: "problem", problem: "place" });
});

test("the waiting first device has the number and the progress of the phone", () => {
  const view = viewOf();
  const wait = screenOf(modelOf({ status: onPhone({ handoff_number: 47, phase: null }) }));
  assert.deepEqual(wait, { name: "phone", view, number: 47, phase: null });
  const confirmed = screenOf(modelOf({ status: onPhone({ handoff_number: null, phase: "document" as never }) }));
  assert.deepEqual(confirmed, { name: "phone", view, number: null, phase: "document" });
  assert.deepEqual(screenOf(modelOf({ status: onPhone() })), { name: "phone", view, number: null, phase: null });
});

test("the phone's screen has the numbers of the view", () => {
  const view = viewOf({ handoff_choices: [12, 34, 56] });
  assert.deepEqual(screenOf(phoneOf({ view })), { name: "confirm", view, choices: [12, 34, 56] });
});

test("only a session that has ended is terminal", () => {
  const ended = ["verified", "failed", "expired", "cancelled"] as const;
  for (const status of ended) assert.ok(isTerminal(viewOf({ status })), status);
  const open = ["created", "pending", "requires_input", "processing"] as const;
  for (const status of open) assert.ok(!isTerminal(viewOf({ status })), status);
  assert.ok(!isTerminal(null));
});

for (const [status, open, takes] of [
  ["available", true, true],
  ["unavailable", true, false],
  ["exhausted", true, false],
  ["processing", false, false],
  ["passed", false, false],
  ["upcoming", false, false],
  ["skipped", false, false],
] as const) {
  test(`a method that is ${status} is ${open ? "" : "not "}open, and takes ${takes ? "a" : "no"} submission`, () => {
    assert.equal(isOpen(one("mdl", status)), open);
    assert.equal(usable(viewOf({ methods: [one("mdl", status)] })).length, takes ? 1 : 0);
  });
}

function refusal(status: number, code: string): ApiError {
  return new ApiError(status, code, "refused", null, null);
}

const problems: [error: unknown, problem: string | null][] = [
  [refusal(409, "handoff_token_consumed"), "used"],
  [refusal(410, "handoff_token_expired"), "token_expired"],
  [refusal(409, "session_locked_to_other_device"), "held"],
  [refusal(409, "handoff_ended"), "ended"],
  [refusal(422, "jurisdiction_unresolvable"), "place"],
  [refusal(422, "use_case_prohibited"), "prohibited"],
  [refusal(401, "authentication_failed"), "link"],
  [refusal(403, "forbidden"), "link"],
  [refusal(404, "resource_missing"), "link"],
  [refusal(400, "parameter_invalid"), null],
  [refusal(409, "session_not_active"), null],
  [refusal(422, "unknown"), null],
  [refusal(429, "rate_limited"), null],
  [refusal(500, "internal_error"), null],
  [refusal(502, "unknown"), null],
  [new NetworkError("offline"), null],
  [new TypeError("a fault of the page"), "service"],
  [undefined, "service"],
];

for (const [error, problem] of problems) {
  const name = error instanceof ApiError ? `${error.status} ${error.code}` : String(error);
  test(`${name} is ${problem ? `the problem ${problem}` : "no problem of its own"}`, () => {
    assert.equal(problemOf(error), problem);
  });
}

test("a returning user is asked for a code until it is entered or of no use", () => {
  const returning = { ...begun, returning: true };
  const shown = (otp: Partial<View["email_otp"]>) =>
    screenOf(modelOf({ navigation: returning, view: viewOf({ email_otp: otpOf(otp) }) })).name;
  assert.equal(shown({}), "returning");
  assert.equal(shown({ sent: true, attempts_left: 5 }), "returning");
  assert.equal(shown({ proven: true }), "choice");
  assert.equal(shown({ available: false }), "choice");
  assert.equal(screenOf(modelOf()).name, "choice");
});

test("only the first device of a verified session whose verification can be shared offers to share it", () => {
  const can = { status: "verified", trust_reuse: { available: true, consent: false } } as const;
  const offered = (fields: Partial<View>, model: Partial<Model> = {}) =>
    offersSharing(modelOf({ view: viewOf({ ...can, ...fields }), ...model }));
  assert.equal(offered({}), true);
  assert.equal(offered({ trust_reuse: { available: true, consent: true } }), true);
  assert.equal(offered({}, { device: "phone" }), false);
  assert.equal(offered({ status: "failed" }), false);
  assert.equal(offered({ trust_reuse: { available: false, consent: false } }), false);
  assert.equal(offersSharing(modelOf({ view: viewOf({ status: "verified" }) })), false, "an API of an earlier release");
  assert.equal(offersSharing(modelOf({ view: null })), false);
});
