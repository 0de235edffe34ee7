import type { MethodView, View } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Panel } from "@stile/ui";
import type { Flow } from "../flow.ts";
import { usable } from "../model.ts";
import { adviceOf, reasonText } from "../reason.tsx";
import { PhoneOffer } from "./handoff.tsx";

/** Setback shows why an attempt did not pass, and the one next action of its reason. */
export function Setback({ flow, view, method }: { flow: Flow; view: View; method: MethodView }) {
  const reason = method.last_attempt?.reasons[0];
  const more = reason?.action === "provide_more";
  const others = usable(view).filter((one) => one.method !== method.method);
  const open = method.status === "available";
  const same = open && reason?.action !== "use_another_method" && reason?.action !== "none";
  const repeat = { label: t("action.retry"), to: { method: method.method } };
  const other = { label: t("action.another_method"), to: { method: null } };
  const [first, second] = same
    ? [repeat, others.length ? other : null]
    : [other, open ? repeat : null];
  return (
    <Panel name="setback" title={t(more ? "setback.title.more" : "setback.title")} icon="stop">
      {reason && <p>{reasonText(reason.code)} {adviceOf(method)}</p>}
      {open && method.attempts_left > 0 && <p>{t("choice.attempts", { attempts: method.attempts_left })}</p>}
      <Actions>
        <Button kind="primary" onPress={() => flow.navigate(first.to)}>{first.label}</Button>
        {second && <Button onPress={() => flow.navigate(second.to)}>{second.label}</Button>}
        <PhoneOffer flow={flow} view={view} />
      </Actions>
    </Panel>
  );
}
