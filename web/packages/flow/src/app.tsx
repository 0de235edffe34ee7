import type { View } from "@stile/client";
import { onLocale, t } from "@stile/i18n";
import { useEffect } from "preact/hooks";
import type { Flow } from "./flow.ts";
import { useLocale, useSource } from "./hooks.ts";
import { isTerminal, offersSharing, screenOf, type Problem, type Screen } from "./model.ts";
import { Choice } from "./screens/choice.tsx";
import { Consent } from "./screens/consent.tsx";
import { Cancelled, Expired, Failed, Verified } from "./screens/ended.tsx";
import { ConfirmNumber, HandoffCode, OnPhone } from "./screens/handoff.tsx";
import { Intro } from "./screens/intro.tsx";
import { MethodStep } from "./screens/method.tsx";
import { ProblemPanel } from "./screens/problem.tsx";
import { Returning } from "./screens/returning.tsx";
import { Setback } from "./screens/setback.tsx";
import { Loading, Processing, Review } from "./screens/waiting.tsx";

/** Host is the surroundings of the flow: the hosted page, a merchant's page around the frame, or an element. */
export interface Host {
  /** ended is told once how the session ended. `stays` means that the user has a choice to make before leaving. */
  ended?(view: View, stays: boolean): void;
  /** problem is told of a fault that the flow cannot get past by itself. The user may still get past it. */
  problem?(problem: Problem): void;
  /** exit returns the way back to the merchant from an ended session; null where there is nowhere to go. */
  exit?(view: View): (() => void) | null;
}

/** App shows the screen of a flow. */
export function App(given: { flow: Flow; host: Host }) {
  const { flow, host } = given;
  useSource((tell) => flow.subscribe(tell));
  useLocale();
  useEffect(() => onLocale(() => flow.translate()), []);
  const { view } = flow.model;
  const over = isTerminal(view);
  useEffect(() => {
    if (over && view) host.ended?.(view, offersSharing(flow.model));
  }, [over]);
  const { problem } = flow.model;
  useEffect(() => {
    if (problem) host.problem?.(problem);
  }, [problem]);
  return (
    <>
      <Trouble flow={flow} />
      {view && <Merchant merchant={view.merchant} />}
      <Shown flow={flow} host={host} screen={screenOf(flow.model)} />
    </>
  );
}

/** Merchant shows the merchant of the verification: logo and name. */
export function Merchant({ merchant }: { merchant: View["merchant"] }) {
  return (
    <header class="merchant">
      {merchant.logo_url && <img src={merchant.logo_url} alt="" />}
      <span>{merchant.name}</span>
    </header>
  );
}

function Trouble(given: { flow: Flow }) {
  const { trouble } = given.flow.model;
  if (!trouble) return null;
  return <p class="banner" role="status">{t(trouble === "offline" ? "offline.banner" : "trouble.banner")}</p>;
}

function Shown({ flow, host, screen }: { flow: Flow; host: Host; screen: Screen }) {
  switch (screen.name) {
    case "loading":
      return <Loading />;
    case "problem":
      return <ProblemPanel flow={flow} problem={screen.problem} />;
    case "intro":
      return <Intro flow={flow} view={screen.view} />;
    case "returning":
      return <Returning flow={flow} view={screen.view} />;
    case "choice":
      return <Choice flow={flow} view={screen.view} />;
    case "consent":
      return <Consent flow={flow} view={screen.view} />;
    case "method":
      return <MethodStep key={screen.method.method} flow={flow} view={screen.view} method={screen.method} />;
    case "setback":
      return <Setback flow={flow} view={screen.view} method={screen.method} />;
    case "handoff":
      return <HandoffCode flow={flow} view={screen.view} />;
    case "phone":
      return <OnPhone flow={flow} view={screen.view} number={screen.number} phase={screen.phase} />;
    case "confirm":
      return <ConfirmNumber flow={flow} choices={screen.choices} />;
    case "processing":
      return <Processing view={screen.view} />;
    case "review":
      return <Review view={screen.view} />;
    case "verified":
      return <Verified flow={flow} view={screen.view} host={host} />;
    case "failed":
      return <Failed view={screen.view} host={host} />;
    case "expired":
      return <Expired view={screen.view} host={host} />;
    case "cancelled":
      return <Cancelled view={screen.view} host={host} />;
  }
}
