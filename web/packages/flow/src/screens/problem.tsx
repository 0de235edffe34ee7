import { t } from "@stile/i18n";
import { Actions, Button, Panel } from "@stile/ui";
import type { Flow } from "../flow.ts";
import type { Problem } from "../model.ts";

const repeatable: readonly Problem[] = ["place", "service"];

/** ProblemPanel explains a fault that the page cannot get past, and the user's way out. */
export function ProblemPanel({ flow, problem }: { flow?: Flow; problem: Problem }) {
  return (
    <Panel name={`problem-${problem}`} title={t(`problem.${problem}.title`)} icon="stop">
      <p>{t(`problem.${problem}.text`)}</p>
      {flow && repeatable.includes(problem) && (
        <Actions>
          <Button kind="primary" onPress={() => flow.again()}>{t("action.retry")}</Button>
        </Actions>
      )}
    </Panel>
  );
}
