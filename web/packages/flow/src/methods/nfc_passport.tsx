import type { ApiError } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Field, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import { usable } from "../model.ts";
import { Reason } from "../reason.tsx";
import { offersPhone } from "../screens/handoff.tsx";
import { useDate } from "./birth.tsx";
import { useOffer } from "./offer.ts";
import type { MethodScreenProps } from "./registry.ts";

/**
 * NFCPassport says which phone and app read the chip, asks for the details that open it, and leads to the code by which
 * the app takes the session over. On a phone that has opened the page instead of the app it says so.
 */
export default function NFCPassport(given: MethodScreenProps) {
  const { flow, view, method } = given;
  const asking = useOffer(given, flow.model.device === "first");
  const merchant = view.merchant.name;
  const ready = (method.waiting?.data as { access?: unknown } | null | undefined)?.access ?? null;
  const [changing, setChanging] = useState(false);
  const asks = method.input?.begin_fields.some(({ name }) => name === "access") ?? false;
  const offered = offersPhone(flow, view);
  const lead = () => flow.navigate({ handoff: true });

  return (
    <Panel name={`method-${method.method}`} title={t("nfc.title")}>
      <Reason method={method} />
      {flow.model.device === "phone"
        ? <OnPhone {...given} />
        : (
          <>
            <p>{t("nfc.needs", { merchant })}</p>
            {!offered && !asking && <Notice kind="info">{t("choice.needs.nfc")}</Notice>}
            {offered && asks && (!ready || changing) && <Details {...given} lead={lead} />}
            {offered && asks && ready && !changing && (
              <>
                <p>{t("nfc.kept")}</p>
                <Actions>
                  <Button kind="primary" onPress={lead}>{t("action.continue")}</Button>
                  <Button kind="link" onPress={() => setChanging(true)}>{t("nfc.change")}</Button>
                </Actions>
              </>
            )}
            {offered && !asks && <Button kind="primary" onPress={lead}>{t("action.continue")}</Button>}
          </>
        )}
      {usable(view).length === 1 && (
        <Button kind="link" busy={flow.model.busy} onPress={() => void flow.act(() => flow.client.cancel())}>
          {t("action.cancel")}
        </Button>
      )}
    </Panel>
  );
}

/** OnPhone leads back to the device with the code. */
function OnPhone({ flow, view }: MethodScreenProps) {
  return (
    <>
      <p>{t("nfc.phone", { merchant: view.merchant.name })}</p>
      <Actions>
        <Button kind="primary" busy={flow.model.busy} onPress={() => void flow.act(() => flow.client.release())}>
          {t("nfc.back")}
        </Button>
      </Actions>
    </>
  );
}

/** Details asks for the data of the machine-readable zone that open the chip. The app can ask for them as well. */
function Details({ flow, method, lead }: MethodScreenProps & { lead: () => void }) {
  const [number, setNumber] = useState("");
  const [wrong, setWrong] = useState(false);
  const birth = useDate();
  const expiry = useDate("expiry");

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    const document = numberOf(number);
    const [date_of_birth, date_of_expiry] = [birth.read(), expiry.read()];
    setWrong(document === null);
    if (document === null || date_of_birth === null || date_of_expiry === null) return;
    const access = { document_number: document, date_of_birth, date_of_expiry };
    let begun = false;
    const refused = await flow.attempt(async () => {
      await flow.client.begin(method.method, { access });
      begun = true;
    });
    if (refused) refuse(refused);
    else if (begun) lead();
  }

  function refuse({ param }: ApiError): void {
    if (param?.includes("date_of_birth")) birth.refuse();
    else if (param?.includes("date_of_expiry")) expiry.refuse();
    else setWrong(true);
  }

  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      <p>{t("nfc.details")}</p>
      <Field
        name="document_number" keys="text" autocomplete="off" label={t("wallet.field.document_number")} value={number}
        onChange={setNumber} error={wrong ? "stile-number-fault" : undefined}
      />
      {wrong && <Notice kind="error" id="stile-number-fault">{t("nfc.error.number")}</Notice>}
      <fieldset>
        <legend>{t("wallet.field.birth_date")}</legend>
        {birth.fields}
      </fieldset>
      <fieldset>
        <legend>{t("wallet.field.expiry_date")}</legend>
        {expiry.fields}
      </fieldset>
      <Actions>
        <Button kind="primary" submit busy={flow.model.busy}>{t("action.continue")}</Button>
        <Button onPress={lead}>{t("nfc.skip")}</Button>
      </Actions>
    </form>
  );
}

/** numberOf returns the number of a document in the characters of its machine-readable zone; null if it has others. */
export function numberOf(text: string): string | null {
  const number = text.normalize("NFKC").toUpperCase().replaceAll(/[\s<-]/g, "");
  return /^[A-Z0-9]{1,22}$/.test(number) ? number : null;
}
