import type { Reason } from "@stile/client";
import { t, tOr } from "@stile/i18n";

/** reasonText returns the message of a reason code: a general one for a code outside of the catalogue. */
export function reasonText(code: Reason["code"]): string {
  return tOr(`reason.${code}`, t("reason.other"));
}

/** adviceOf returns what the user can do better after a reason; "" where there is nothing to say. */
export function adviceOf(code: string | undefined): string {
  return tOr(`advice.${code}`, "");
}
