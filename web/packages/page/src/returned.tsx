import { readReturned, type ReturnedLogin } from "@stile/client";
import { useLocale } from "@stile/flow/hooks.ts";
import { handOver } from "@stile/flow/returned.ts";
import { Loading } from "@stile/flow/screens/waiting.tsx";
import { t } from "@stile/i18n";
import { Panel } from "@stile/ui";
import { useEffect, useState } from "preact/hooks";
import type { Return } from "./credentials.ts";

/**
 * Returned is the page of a user who came back from an institution or a wallet in a tab that does not hold the session.
 * The page that began takes the answer over, if it is in this browser; otherwise this page shows a code to enter there.
 */
export function Returned({ login }: { login: Return | null }) {
  useLocale();
  const [shown, setShown] = useState<ReturnedLogin | null>(null);
  const [state, setState] = useState<"open" | "claimed" | "over">(login ? "open" : "over");
  useEffect(() => {
    if (!login) return undefined;
    readReturned(login).then(setShown, () => setState((now) => (now === "claimed" ? now : "over")));
    return handOver(login.challenge, login.response, () => {
      setState("claimed");
      window.close();
    });
  }, []);
  if (state === "claimed") {
    return (
      <Panel name="returned-claimed" title={t("returned.claimed.title")} icon="done">
        <p>{t("returned.claimed.text")}</p>
      </Panel>
    );
  }
  if (state === "over") {
    return (
      <Panel name="returned-over" title={t("returned.over.title")} icon="stop">
        <p>{t("returned.over.text")}</p>
      </Panel>
    );
  }
  if (!shown) return <Loading />;
  return (
    <Panel name="returned-code" title={t("returned.code.title")}>
      <p>
        {shown.institution
          ? t("returned.code.text", { merchant: shown.merchant, name: shown.institution })
          : t("returned.wallet.text", { merchant: shown.merchant })}
      </p>
      <p class="code" dir="ltr">{shown.code}</p>
      <p>{t("returned.code.warning")}</p>
    </Panel>
  );
}
