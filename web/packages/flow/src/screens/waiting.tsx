import type { View } from "@stile/client";
import { t } from "@stile/i18n";
import { Panel } from "@stile/ui";

export function Loading() {
  return <Panel name="loading" title={t("loading.title")} icon="wait" />;
}

/** Processing waits for a verdict. A mobile operator may be asking its customer meanwhile. */
export function Processing({ view }: { view: View }) {
  const asks = view.methods.some(({ method, status }) => method === "carrier_lookup" && status === "processing");
  return (
    <Panel name="processing" title={t("processing.title")} icon="wait">
      <p>{t("processing.text")}</p>
      {asks && <p>{t("processing.carrier")}</p>}
    </Panel>
  );
}

export function Review(given: { view: View }) {
  return (
    <Panel name="review" title={t("review.title")} icon="wait">
      <p>{t("review.text", { merchant: given.view.merchant.name })}</p>
    </Panel>
  );
}
