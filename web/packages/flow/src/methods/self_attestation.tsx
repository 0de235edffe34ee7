import { locale, t, type Key } from "@stile/i18n";
import { ApiError } from "@stile/client";
import { Actions, Button, Check, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import { dateOf, type DateFault } from "./date.ts";
import type { MethodScreenProps } from "./registry.ts";

type Fault = DateFault | "undeclared" | { message: string };
type Field = "day" | "month" | "year";

/** SelfAttestation asks for the date of birth in three fields, in the order of the language, and for the declaration. */
export default function SelfAttestation({ flow, method }: MethodScreenProps) {
  const [date, setDate] = useState<Record<Field, string>>({ day: "", month: "", year: "" });
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
      if (error instanceof ApiError) setFault({ message: error.message });
    }
  }

  const dateFault = fault !== null && fault !== "undeclared";
  return (
    <Panel name={`method-${method.method}`} title={t("attestation.title")}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <p id="stile-example">{t("attestation.example")}</p>
        <div class="date">
          {order(locale()).map((field) => (
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
        <Check checked={declaration} onChange={setDeclaration} error={fault === "undeclared" ? "stile-fault" : undefined}>
          {t("attestation.declare")}
        </Check>
        {fault && (
          <Notice kind="error" id="stile-fault">
            {typeof fault === "object" ? fault.message : t(`attestation.error.${fault}` as Key)}
          </Notice>
        )}
        <Actions>
          <Button kind="primary" submit busy={flow.model.busy}>{t("action.continue")}</Button>
        </Actions>
      </form>
    </Panel>
  );
}

/** order returns the three fields in the order in which a language writes a date. */
function order(language: string): Field[] {
  const parts = new Intl.DateTimeFormat(language || "en").formatToParts(new Date(0)).map((part) => part.type);
  return parts.filter((part): part is Field => part === "day" || part === "month" || part === "year");
}
