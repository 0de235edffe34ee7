import { t } from "@stile/i18n";
import { Check } from "@stile/ui";

/** Automatic lets the user say whether the picture is taken by itself. */
export function Automatic(given: { on: boolean; onChange: (on: boolean) => void }) {
  return <Check checked={given.on} onChange={given.onChange}>{t("capture.automatic")}</Check>;
}
