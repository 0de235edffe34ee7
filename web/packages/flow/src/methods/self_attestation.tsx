import { dateFields, shortDate, t, type DateField } from "@stile/i18n";
import { ApiError } from "@stile/client";
import { Actions, Button, Check, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import { dateOf, type DateFault } from "./date.ts";
import type { MethodScreenProps } from "./registry.ts";

type Fault = DateFault | "undeclared" | "refused";

/** example is the date that shows how to fill in the fields. */
const example = new Date("1990-03-27");

/** SelfAttestation asks for the date of birth in three fields, in the language's order, and for the declaration. */
export default function SelfAttestation({ flow, method }: MethodScreenProps) {
  const [date, setDate] = useState<Record<DateField, string>>({ day: "", month: "", year: "" });
  const [declaration, setDeclaration] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const birth = dateOf(date.day, date.month, date.year, new Date());
    if (!birth.includes("-")) return setFault(birth as DateFault);
    if (!declaration) return setFault("undeclared");
    setFault(null);
    try {
      await flow.submit(method.method, { date_of_birth: birth, declaration });
    } catch (error) {
      if (error instanceof ApiError) setFault("refused");
    }
  }

  const dateFault = fault !== null && fault !== "undeclared";
  return (
    <Panel name={`method-${method.method}`} title={t("attestation.title")}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <p id="stile-example">{t("attestation.example", { date: shortDate(example) })}</p>
        <div class="date">
          {dateFields().map((field) => (
            <label key={field} class={`date-${field}`}>
              <span>{t(`attestation.${field}`)}</span>
              <input
                name={field}
                inputMode="numeric"
                autocomplete={`bday-${field}`}
                maxLength={field === "year" ? 4 : 2}
                dir="ltr"
                value={date[field]}
                aria-invalid={dateFault ? "true" : undefined}
                aria-describedby={dateFault ? "stile-fault" : "stile-example"}
                onInput={(event) => setDate({ ...date, [field]: event.currentTarget.value })}
              />
            </label>
          ))}
        </div>
        <Check
          checked={declaration}
          onChange={setDeclaration}
          error={fault === "undeclared" ? "stile-fault" : undefined}
        >
          {t("attestation.declare")}
        </Check>
        {fault && (
          <Notice kind="error" id="stile-fault">{t(`attestation.error.${fault}`)}</Notice>
        )}
        <Actions>
          <Button kind="primary" submit busy={flow.model.busy}>{t("action.continue")}</Button>
        </Actions>
      </form>
    </Panel>
  );
}
