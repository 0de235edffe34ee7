import type { MethodView, View } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button } from "@stile/ui";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Flow } from "../flow.ts";
import { screenFor, type MethodScreenProps } from "../methods/registry.ts";
import { Simulation } from "../methods/simulation.tsx";
import { usable } from "../model.ts";
import { PhoneOffer } from "./handoff.tsx";
import { Loading } from "./waiting.tsx";

/** MethodStep shows the method's own screen, and in a sandbox the simulation. */
export function MethodStep({ flow, view, method }: { flow: Flow; view: View; method: MethodView }) {
  const load = screenFor(method);
  const [Screen, setScreen] = useState<ComponentType<MethodScreenProps> | null>(null);
  useEffect(() => {
    void load?.().then((module) => setScreen(() => module.default));
  }, [method.method]);
  if (load && !Screen) return <Loading />;
  return (
    <>
      {Screen && <Screen flow={flow} view={view} method={method} />}
      {view.sandbox && <Simulation flow={flow} method={method} alone={!Screen} />}
      <Actions>
        <PhoneOffer flow={flow} view={view} />
        {usable(view).length > 1 && (
          <Button kind="link" onPress={() => flow.navigate({ method: null })}>{t("action.another_method")}</Button>
        )}
      </Actions>
    </>
  );
}
