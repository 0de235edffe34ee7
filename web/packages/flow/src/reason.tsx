import type { MethodView, Reason as ReasonObject } from "@stile/client";
import { t, tOr } from "@stile/i18n";
import { Notice } from "@stile/ui";

/** reasonText returns the message of a reason code: a general one for a code outside of the catalogue. */
export function reasonText(code: ReasonObject["code"]): string {
  return tOr(`reason.${code}`, t("reason.other"));
}

/** adviceOf returns what the user can do better after a reason; "" where there is nothing to say. */
export function adviceOf(code: string | undefined): string {
  return tOr(`advice.${code}`, "");
}

/** Reason says why the last attempt at a method did not pass, and the next step; nothing after none. */
export function Reason({ method }: { method: MethodView | null }) {
  const reason = method?.last_attempt?.reasons[0];
  return reason ? <Notice kind="error">{reasonText(reason.code)} {adviceOf(String(reason.code))}</Notice> : null;
}
