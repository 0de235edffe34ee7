import { SessionClient, Transport, type View } from "@stile/client";
import { App, brandOf, Flow, paint, type Navigation, type Problem } from "@stile/flow";
import { activate, direction, locale, negotiate, onLocale } from "@stile/i18n";
import css from "@stile/ui/style.css?inline";
import { render } from "preact";
import { errorOf, VerifyError } from "./errors.ts";
import { stuck, type Events, type Outcome } from "./frame.ts";
import { baseOf, type Session } from "./session.ts";
import { adopt } from "./styles.ts";
import { textsOf } from "./texts.ts";
import { resultOf } from "./token.ts";

/** Place says where a flow finds the API, and how it is shown. */
export interface Place {
  apiUrl?: string | undefined;
  /** verifyUrl is the page that the QR code opens; the installation's where it is absent. */
  verifyUrl?: string | undefined;
  locale?: string | null | undefined;
  /** quiet makes it a part of a page: its first screen does not take the focus, and it has no button to leave. */
  quiet?: boolean;
}

const styles = `
.stile-root { min-height: 0; height: 100%; padding-block: 0 1rem; box-sizing: border-box; text-align: start }
.stile-root main { margin-block: 0 }
`;

/**
 * mountFlow shows a session's verification in an element of a shadow root, with the screens of the hosted page. It
 * returns the function that removes it.
 */
export function mountFlow(
  into: HTMLElement, root: ShadowRoot, session: Session, place: Place, events: Events,
): () => void {
  const transport = new Transport(baseOf(place.apiUrl), locale);
  const client = new SessionClient(session.id, session.secret, transport, place.verifyUrl);
  let navigation: Navigation = { begun: false, method: null, handoff: false };
  const flow = new Flow({
    client, device: "first", place: { read: () => navigation, write: (now) => (navigation = now) },
  });
  const box = document.createElement("div");
  box.className = "stile-root";
  if (place.quiet) quieten(box);
  const disown = adopt(root, css + styles);
  into.append(box);
  const turn = onLocale(() => {
    box.lang = locale();
    box.dir = direction(locale());
  });
  const host = {
    ended: (view: View, stays: boolean) => events.ended(outcomeOf(view), stays),
    problem: (problem: Problem) => events.troubled(stuck(problem, session.id)),
    exit: () => (place.quiet ? null : () => events.left()),
  };
  activate(negotiate([place.locale, document.documentElement.lang, ...navigator.languages])).then(
    () => {
      if (!box.isConnected) return;
      flow.subscribe(() => paint(root.host as HTMLElement, brandOf(flow.model.view?.merchant.color ?? null)));
      flow.start();
      render(<main><App flow={flow} host={host} /></main>, box);
    },
    (thrown: unknown) => {
      box.setAttribute("role", "alert");
      box.textContent = textsOf(place.locale)("not_loaded");
      events.troubled(errorOf(thrown));
    },
  );
  return () => {
    flow.stop();
    turn();
    render(null, box);
    box.remove();
    disown();
  };
}

/** quieten keeps a part of the merchant's page from taking the focus before the user has turned to it. */
function quieten(box: HTMLElement): void {
  box.setAttribute("data-quiet", "");
  box.addEventListener("focusin", () => box.removeAttribute("data-quiet"), { once: true });
}

function outcomeOf(view: View): Outcome {
  const { session_id, status, failure } = view;
  if (status === "verified") return resultOf(session_id, view.vp_token);
  const reason = status === "failed" || status === "expired" ? status : "cancelled";
  const code = failure ? String(failure.reason_code) : null;
  return new VerifyError(reason, failure?.message ?? `The verification is ${status}`, code, session_id);
}
