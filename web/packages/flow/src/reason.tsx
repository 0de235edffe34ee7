import type { MethodView, Reason as ReasonObject } from "@stile/client";
import { t, tOr } from "@stile/i18n";
import { Notice } from "@stile/ui";

/** reasonText returns the message of a reason code: a general one for a code outside of the catalogue. */
export function reasonText(code: ReasonObject["code"]): string {
  return tOr(`reason.${code}`, t("reason.other"));
}

/** adviceOf returns how to do better than in the last attempt at a method; "" where there is nothing to say. */
export function adviceOf({ last_attempt: last, biometric }: MethodView): string {
  const code = String(last?.reasons[0]?.code);
  const general = tOr(`advice.${code}`, "");
  return biometric ? tOr(`advice.face.${code}`, general) : general;
}

/** Reason says why the last attempt at a method did not pass, and the next step; nothing after none. */
export function Reason({ method }: { method: MethodView | null }) {
  const reason = method?.last_attempt?.reasons[0];
  return method && reason ? <Notice kind="error">{reasonText(reason.code)} {adviceOf(method)}</Notice> : null;
}
