import type { MethodView } from "@stile/client";
import { t, tOr } from "@stile/i18n";
import { Button, Panel } from "@stile/ui";
import type { Flow } from "../flow.ts";

const outcomes = ["pass", "fail", "requires_input", "error", "slow"] as const;

/** Simulation lets the user of a sandbox choose the verdict. `alone` means that the method has no other screen. */
export function Simulation({ flow, method, alone }: { flow: Flow; method: MethodView; alone: boolean }) {
  const buttons = (
    <>
      <p>{t("simulation.intro")}</p>
      <div class="outcomes">
        {outcomes.map((simulate) => (
          <Button key={simulate} busy={flow.model.busy} onPress={() => void flow.submit(method.method, { simulate })}>
            {t(`simulation.${simulate}`)}
          </Button>
        ))}
      </div>
    </>
  );
  if (alone) {
    return (
      <Panel name={`method-${method.method}`} title={tOr(`method.${method.method}`, method.method)}>
        <div class="sandbox">{buttons}</div>
      </Panel>
    );
  }
  return (
    <aside class="sandbox" aria-labelledby="stile-simulation">
      <h2 id="stile-simulation">{t("simulation.title")}</h2>
      {buttons}
    </aside>
  );
}
