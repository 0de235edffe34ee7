import { ApiError, NetworkError, type Method, type MethodView, type Status, type View } from "@stile/client";

/** Device is where the page runs: where the session began, or the phone that took it over. */
export type Device = "first" | "phone";

/** Problem is a fault that the page cannot get past by itself. */
export type Problem =
  | "link" // the credential is unknown, or the session is
  | "used" // the token of a handoff was used
  | "token_expired"
  | "held" // another phone holds the session
  | "ended" // this phone has lost the session
  | "place" // the jurisdiction is unknown
  | "prohibited"
  | "service" // no answer before there was anything to show
  | "storage"; // the address has neither a session nor a token

/** Navigation is the user's choice of a step on this page. A reload keeps it, Back undoes it, the server ignores it. */
export interface Navigation {
  begun: boolean;
  method: Method | null;
  handoff: boolean;
  /** listed means that the user wants to see the methods, even if there is one to choose from. */
  listed?: boolean;
  /** returning means that the user wants to be recognised by a mailed code. */
  returning?: boolean;
}

/** Model is all that the page shows. The server's part is the view and the status; both may be newer than the other. */
export interface Model {
  device: Device;
  view: View | null;
  status: Status | null;
  problem: Problem | null;
  /** trouble is why the last request did not arrive; the page repeats it. */
  trouble: "offline" | "service" | null;
  navigation: Navigation;
  /** submitted is the method of this page's last submission, while the user has not seen its verdict. */
  submitted: Method | null;
  busy: boolean;
}

/** Screen is the one screen that a model shows. */
export type Screen =
  | { name: "loading" }
  | { name: "problem"; problem: Problem }
  | { name: "verified" | "failed" | "expired" | "cancelled" | "review" | "processing"; view: View }
  | { name: "confirm"; view: View; choices: readonly number[] }
  | { name: "phone"; view: View; number: number | null; phase: string | null }
  | { name: "handoff" | "intro" | "choice" | "returning"; view: View }
  | { name: "setback" | "consent" | "method"; view: View; method: MethodView };

/** screenOf returns the screen of a model. The server's state comes first, so that no tab shows a step that is over. */
export function screenOf(model: Model): Screen {
  const { view, status } = model;
  if (model.problem) return { name: "problem", problem: model.problem };
  if (!view) return { name: "loading" };
  return ended(view) ?? elsewhere(model, view, status) ?? waiting(view) ?? step(model, view);
}

function ended(view: View): Screen | null {
  switch (view.status) {
    case "verified":
    case "failed":
    case "expired":
    case "cancelled":
      return { name: view.status, view };
    default:
      return null;
  }
}

/** elsewhere returns the screen of a session that the two devices have not settled between them. */
function elsewhere(model: Model, view: View, status: Status | null): Screen | null {
  if (model.device === "phone") {
    const choices = view.handoff_choices;
    return choices?.length ? { name: "confirm", view, choices } : null;
  }
  if (status?.active_device !== "mobile") return null;
  return { name: "phone", view, number: status.handoff_number ?? null, phase: status.phase ?? null };
}

/** waiting returns the screen of a session in which there is nothing for the user to do yet. */
function waiting(view: View): Screen | null {
  if (view.status === "created") return { name: "loading" }; // the page opens it
  if (view.review?.status === "pending" || view.review?.status === "escalated") return { name: "review", view };
  return view.status === "processing" ? { name: "processing", view } : null;
}

function step(model: Model, view: View): Screen {
  const { begun, handoff } = model.navigation;
  const setback = find(view, model.submitted);
  if (setback?.last_attempt) return { name: "setback", view, method: setback };
  if (handoff && model.device === "first") return { name: "handoff", view };
  if (!begun && model.device === "first" && !waitingMethod(view)) return { name: "intro", view };
  if (model.navigation.returning && takesCode(view)) return { name: "returning", view };
  const method = chosen(model, view);
  if (!method) return { name: "choice", view };
  if (view.consent_required && method.biometric) return { name: "consent", view, method };
  return { name: "method", view, method };
}

/** takesCode reports whether a mailed code may still recognise the user. */
export function takesCode(view: View): boolean {
  return view.email_otp.available && !view.email_otp.proven;
}

/**
 * waitingMethod returns the method of which a challenge is open and known to this page: the user has begun it here, or
 * on a page that was closed. The newest counts if there are several.
 */
function waitingMethod(view: View): MethodView | null {
  const waits = usable(view).filter((one) => one.waiting?.data);
  return waits.sort((one, other) => endOf(other) - endOf(one))[0] ?? null;
}

function endOf(method: MethodView): number {
  return method.waiting?.expires_at ?? 0;
}

/**
 * chosen returns the method of the step: the user's choice while it is available, or the one that waits for a reply, or
 * the only one on offer.
 */
export function chosen(model: Model, view: View): MethodView | null {
  const available = usable(view);
  const picked = available.find((one) => one.method === model.navigation.method);
  if (picked) return picked;
  if (model.navigation.listed) return null;
  const waits = waitingMethod(view);
  if (waits) return waits;
  return available.length === 1 && view.methods.filter(isOpen).length === 1 ? (available[0] ?? null) : null;
}

/**
 * offersSharing reports whether the screen of a verified session asks the user to share the verification. On a phone it
 * does not: the other device asks. An API of an earlier release has no `trust_reuse`.
 */
export function offersSharing({ device, view }: Model): boolean {
  return device === "first" && view?.status === "verified" && (view.trust_reuse?.available ?? false);
}

function find(view: View, method: Method | null): MethodView | undefined {
  return view.methods.find((one) => one.method === method);
}

/** usable returns the methods to which the user can submit now. */
export function usable(view: View): MethodView[] {
  return view.methods.filter((one) => one.status === "available");
}

/** byStrength orders methods: the strongest first. */
export function byStrength(one: MethodView, other: MethodView): number {
  return other.rank - one.rank;
}

/** isOpen reports whether the method is a choice of the present step, usable or not. */
export function isOpen(method: MethodView): boolean {
  return method.status === "available" || method.status === "unavailable" || method.status === "exhausted";
}

/** isTerminal reports whether the session has ended. */
export function isTerminal(view: View | null): boolean {
  return view !== null && ended(view) !== null;
}

/** problemOf returns the problem behind an error of a request; null for an error that a repeat may mend. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof NetworkError) return null;
  if (!(error instanceof ApiError)) return "service";
  switch (error.code) {
    case "handoff_token_consumed":
      return "used";
    case "handoff_token_expired":
      return "token_expired";
    case "session_locked_to_other_device":
      return "held";
    case "handoff_ended":
      return "ended";
    case "jurisdiction_unresolvable":
      return "place";
    case "use_case_prohibited":
      return "prohibited";
    default:
      return error.status === 401 || error.status === 403 || error.status === 404 ? "link" : null;
  }
}
