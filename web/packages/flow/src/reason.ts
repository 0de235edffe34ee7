import type { Reason } from "@stile/client";
import { t, tOr } from "@stile/i18n";

/** reasonText returns the message of a reason code: a general one for a code outside of the catalogue. */
export function reasonText(code: Reason["code"]): string {
  return tOr(`reason.${code}`, t("reason.other"));
}
