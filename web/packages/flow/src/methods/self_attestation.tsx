import { ApiError } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Panel } from "@stile/ui";
import { useBirth } from "./birth.tsx";
import type { MethodScreenProps } from "./registry.ts";

/** SelfAttestation asks for the date of birth and the declaration. */
export default function SelfAttestation({ flow, method }: MethodScreenProps) {
  const birth = useBirth();

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const declared = birth.read();
    if (!declared) return;
    try {
      await flow.submit(method.method, declared);
    } catch (error) {
      if (error instanceof ApiError) birth.refuse();
    }
  }

  return (
    <Panel name={`method-${method.method}`} title={t("attestation.title")}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        {birth.fields}
        <Actions>
          <Button kind="primary" submit busy={flow.model.busy}>{t("action.continue")}</Button>
        </Actions>
      </form>
    </Panel>
  );
}
