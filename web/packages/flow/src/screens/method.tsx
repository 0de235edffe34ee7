import type { MethodView, View } from "@stile/client";
import { loadMethods, t } from "@stile/i18n";
import { Actions, Button, Panel } from "@stile/ui";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Flow } from "../flow.ts";
import { leadsToPhone, screenFor, type MethodScreenProps } from "../methods/registry.ts";
import { Simulation } from "../methods/simulation.tsx";
import { usable } from "../model.ts";
import { PhoneOffer } from "./handoff.tsx";
import { Loading } from "./waiting.tsx";

/** MethodStep shows the method's own screen, and in a sandbox the simulation. */
export function MethodStep({ flow, view, method }: { flow: Flow; view: View; method: MethodView }) {
  const load = screenFor(method);
  const [Screen, setScreen] = useState<ComponentType<MethodScreenProps> | null>(null);
  const [lost, setLost] = useState(false);
  async function start(): Promise<void> {
    setLost(false);
    try {
      const [module] = await Promise.all([load?.(), loadMethods()]);
      if (module) setScreen(() => module.default);
    } catch {
      setLost(true);
      await flow.report("setup_failed");
    }
  }
  useEffect(() => void start(), [method.method]);
  if (load && !Screen && !lost) return <Loading />;
  return (
    <>
      {lost && <Lost again={() => void start()} />}
      {Screen && <Screen flow={flow} view={view} method={method} />}
      {view.sandbox && <Simulation flow={flow} method={method} alone={!load} />}
      <Actions>
        {!(Screen && leadsToPhone(method)) && <PhoneOffer flow={flow} view={view} />}
        {usable(view).length > 1 && (
          <Button kind="link" onPress={() => flow.navigate({ method: null, listed: true })}>
            {t(Screen && method.method === "nfc_passport" ? "nfc.none" : "action.another_method")}
          </Button>
        )}
      </Actions>
    </>
  );
}

/** Lost says that the screen of the method did not load. */
function Lost({ again }: { again: () => void }) {
  return (
    <Panel name="method-lost" title={t("problem.service.title")} icon="stop">
      <p>{t("problem.service.text")}</p>
      <Actions>
        <Button kind="primary" onPress={again}>{t("action.retry")}</Button>
      </Actions>
    </Panel>
  );
}
