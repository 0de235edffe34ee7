import type { MethodView, View } from "@stile/client";
import { t, tOr } from "@stile/i18n";
import { Actions, Button, Notice, Panel } from "@stile/ui";
import type { Flow } from "../flow.ts";
import { byStrength, isOpen } from "../model.ts";
import { obstacleOf } from "../methods/registry.ts";
import { reasonText } from "../reason.tsx";
import { PhoneOffer } from "./handoff.tsx";

/** Choice lists the methods of the step: the usable ones, strongest first, and then the others with their obstacles. */
export function Choice({ flow, view }: { flow: Flow; view: View }) {
  const open = view.methods.filter(isOpen).sort(byStrength);
  const works = open.filter((one) => obstacleOf(view, one) === null);
  const listed = [...works, ...open.filter((one) => !works.includes(one))];
  return (
    <Panel name="choice" title={t("choice.title")}>
      {view.email_otp.proven && <Notice kind="info">{t("returning.unknown")}</Notice>}
      {works.length === 0 ? <Notice kind="info">{t("choice.none")}</Notice> : <p>{t("choice.intro")}</p>}
      <ul class="methods">
        {listed.map((method) => <li key={method.method}><Option flow={flow} view={view} method={method} /></li>)}
      </ul>
      <Actions>
        <PhoneOffer flow={flow} view={view} />
        <Button kind="link" busy={flow.model.busy} onPress={() => void flow.act(() => flow.client.cancel())}>
          {t("action.cancel")}
        </Button>
      </Actions>
    </Panel>
  );
}

function Option({ flow, view, method }: { flow: Flow; view: View; method: MethodView }) {
  const obstacle = obstacleOf(view, method);
  const reason = method.last_attempt?.reasons[0];
  return (
    <button
      type="button"
      class="method"
      disabled={obstacle !== null}
      onClick={() => flow.navigate({ method: method.method })}
    >
      <span class="method-name">{tOr(`method.${method.method}`, method.method)}</span>
      <span class="method-hint">{obstacle ?? tOr(`method.hint.${method.method}`, "")}</span>
      {obstacle === null && reason && (
        <span class="method-note">
          {reasonText(reason.code)} {t("choice.attempts", { attempts: method.attempts_left })}
        </span>
      )}
    </button>
  );
}
