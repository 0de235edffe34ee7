import { dateFields, shortDate, t, type DateField } from "@stile/i18n";
import { Check, Notice } from "@stile/ui";
import { useState } from "preact/hooks";
import { dateOf, type DateFault } from "./date.ts";

type Fault = DateFault | "undeclared" | "refused";

/** Declared is a date of birth, and the declaration that it is true. */
export interface Declared {
  date_of_birth: string;
  declaration: true;
}

/** example is the date that shows how to fill in the fields. */
const example = new Date("1990-03-27");

/**
 * useBirth asks for the date of birth in three fields, in the language's order, and for the declaration. `read` returns
 * both, or null, and then the fields show the fault. `refuse` shows that the server has refused the date.
 */
export function useBirth() {
  const [date, setDate] = useState<Record<DateField, string>>({ day: "", month: "", year: "" });
  const [declaration, setDeclaration] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);

  function read(): Declared | null {
    const birth = dateOf(date.day, date.month, date.year, new Date());
    if (!birth.includes("-")) setFault(birth as DateFault);
    else setFault(declaration ? null : "undeclared");
    return birth.includes("-") && declaration ? { date_of_birth: birth, declaration } : null;
  }

  const dateFault = fault !== null && fault !== "undeclared";
  const fields = (
    <>
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
              aria-describedby={dateFault ? "stile-birth-fault" : "stile-example"}
              onInput={(event) => setDate({ ...date, [field]: event.currentTarget.value })}
            />
          </label>
        ))}
      </div>
      <Check
        checked={declaration}
        onChange={setDeclaration}
        error={fault === "undeclared" ? "stile-birth-fault" : undefined}
      >
        {t("attestation.declare")}
      </Check>
      {fault && <Notice kind="error" id="stile-birth-fault">{t(`attestation.error.${fault}`)}</Notice>}
    </>
  );
  return { fields, read, refuse: () => setFault("refused") };
}
