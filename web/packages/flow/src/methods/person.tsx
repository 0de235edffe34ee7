import { t } from "@stile/i18n";
import { Field, Notice } from "@stile/ui";
import { useState } from "preact/hooks";
import { useDate } from "./birth.tsx";

/** Person is what the user says about himself or herself. */
export interface Person {
  given_name: string;
  family_name: string;
  birth_date: string;
}

type Name = "given_name" | "family_name";

const names: Name[] = ["given_name", "family_name"];

/**
 * usePerson asks for the name and the date of birth. `read` returns both, or null, and then the fields show the fault.
 * `refuse` shows that the server has refused a member, and reports whether it is one of these.
 */
export function usePerson() {
  const [name, setName] = useState<Record<Name, string>>({ given_name: "", family_name: "" });
  const [fault, setFault] = useState<Name | null>(null);
  const birth = useDate();

  function read(): Person | null {
    const birthDate = birth.read();
    const missing = names.find((field) => name[field].trim() === "") ?? null;
    setFault(missing);
    return birthDate === null || missing ? null : { ...name, birth_date: birthDate };
  }

  function refuse(member: string | null): boolean {
    const refused = names.find((field) => field === member);
    if (refused) setFault(refused);
    if (member === "birth_date") birth.refuse();
    return refused !== undefined || member === "birth_date";
  }

  const fields = (
    <>
      {names.map((field) => (
        <Field
          key={field} name={field} keys="text" autocomplete={field.replace("_", "-")} label={t(`wallet.field.${field}`)}
          value={name[field]} onChange={(text) => setName({ ...name, [field]: text })}
          error={fault === field ? "stile-name-fault" : undefined}
        />
      ))}
      {fault && <Notice kind="error" id="stile-name-fault">{t("carrier.error.name")}</Notice>}
      <fieldset>
        <legend>{t("wallet.field.birth_date")}</legend>
        {birth.fields}
      </fieldset>
    </>
  );
  return { fields, read, refuse };
}
