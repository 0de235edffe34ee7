import type { View } from "@stile/client";
import { direction, t } from "@stile/i18n";
import { Actions, Button, Check, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import type { Flow } from "../flow.ts";

/** Consent asks before a face is measured, and before any camera starts. Declining leads to the other methods. */
export function Consent({ flow, view }: { flow: Flow; view: View }) {
  const [agreed, setAgreed] = useState(false);
  const [asked, setAsked] = useState(false);
  const text = view.biometric_consent;
  const days = view.data_retention.biometric_retention_days ?? 0;
  function agree(): void {
    setAsked(true);
    if (!agreed) return;
    void flow.act(() => flow.client.consent({ granted: true, ...(text ? { text_version: text.version } : {}) }));
  }
  return (
    <Panel name="consent" title={t("consent.title")}>
      {text && <p lang={text.locale} dir={direction(text.locale)}>{text.text}</p>}
      {!text && <p>{t("consent.text", { merchant: view.merchant.name })}</p>}
      {!text && <p>{t("consent.kept", { days })}</p>}
      <Check checked={agreed} onChange={setAgreed} error={asked && !agreed ? "stile-consent" : undefined}>
        {t("consent.agree")}
      </Check>
      {asked && !agreed && <Notice kind="error" id="stile-consent">{t("consent.unticked")}</Notice>}
      <Actions>
        <Button kind="primary" busy={flow.model.busy} onPress={agree}>{t("action.continue")}</Button>
        <Button onPress={() => flow.navigate({ method: null, listed: true })}>{t("consent.decline")}</Button>
      </Actions>
    </Panel>
  );
}
