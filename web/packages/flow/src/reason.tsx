import type { MethodView, Reason as ReasonObject } from "@stile/client";
import { t, tOr } from "@stile/i18n";
import { Notice } from "@stile/ui";

/**
 * reasonText returns the message of a reason code: a general one for a code outside of the catalogue. A picture of a
 * face has other words where those of a reason are about a document.
 */
export function reasonText(code: ReasonObject["code"], method?: MethodView): string {
  const general = tOr(`reason.${code}`, t("reason.other"));
  return method?.biometric ? tOr(`setback.face.${code}`, general) : general;
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
  return method && reason ? <Notice kind="error">{reasonText(reason.code, method)} {adviceOf(method)}</Notice> : null;
}
