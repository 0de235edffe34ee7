import { dateFields, shortDate, t, type DateField } from "@stile/i18n";
import { Check, Notice } from "@stile/ui";
import { useState } from "preact/hooks";
import { dateOf, type DateFault, type DateKind } from "./date.ts";

/** Declared is a date of birth, and the declaration that it is true. */
export interface Declared {
  date_of_birth: string;
  declaration: true;
}

/** examples are the dates that show how to fill in the fields. */
const examples: Readonly<Record<DateKind, Date>> = { birth: new Date("1990-03-27"), expiry: new Date("2031-03-27") };

/**
 * useDate asks for the date of birth, or of an expiry, in three fields, in the language's order. `read` returns it, or
 * null, and then the fields show the fault. `refuse` shows that the server has refused the date.
 */
export function useDate(kind: DateKind = "birth") {
  const [date, setDate] = useState<Record<DateField, string>>({ day: "", month: "", year: "" });
  const [fault, setFault] = useState<DateFault | "refused" | null>(null);

  function read(): string | null {
    const birth = dateOf(date.day, date.month, date.year, new Date(), kind);
    const found = birth.includes("-");
    setFault(found ? null : birth as DateFault);
    return found ? birth : null;
  }

  const fields = (
    <>
      <p id={`stile-${kind}-example`}>{t("attestation.example", { date: shortDate(examples[kind]) })}</p>
      <div class="date">
        {dateFields().map((field) => (
          <label key={field} class={`date-${field}`}>
            <span>{t(`attestation.${field}`)}</span>
            <input
              name={kind === "birth" ? field : `${kind}-${field}`}
              inputMode="numeric"
              autocomplete={kind === "birth" ? `bday-${field}` : "off"}
              maxLength={field === "year" ? 4 : 2}
              dir="ltr"
              value={date[field]}
              aria-invalid={fault ? "true" : undefined}
              aria-describedby={`stile-${kind}-${fault ? "fault" : "example"}`}
              onInput={(event) => setDate({ ...date, [field]: event.currentTarget.value })}
            />
          </label>
        ))}
      </div>
      {fault && <Notice kind="error" id={`stile-${kind}-fault`}>{t(`attestation.error.${fault}`)}</Notice>}
    </>
  );
  return { fields, read, refuse: () => setFault("refused") };
}

/** useBirth asks for the date of birth as useDate, and for the declaration. `read` returns both, or null. */
export function useBirth() {
  const date = useDate();
  const [declaration, setDeclaration] = useState(false);
  const [undeclared, setUndeclared] = useState(false);

  function read(): Declared | null {
    const birth = date.read();
    setUndeclared(birth !== null && !declaration);
    return birth !== null && declaration ? { date_of_birth: birth, declaration } : null;
  }

  const fields = (
    <>
      {date.fields}
      <Check checked={declaration} onChange={setDeclaration} error={undeclared ? "stile-declaration-fault" : undefined}>
        {t("attestation.declare")}
      </Check>
      {undeclared && <Notice kind="error" id="stile-declaration-fault">{t("attestation.error.undeclared")}</Notice>}
    </>
  );
  return { fields, read, refuse: date.refuse };
}
