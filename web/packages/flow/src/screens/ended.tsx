import type { View } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Panel } from "@stile/ui";
import { useEffect, useState } from "preact/hooks";
import type { Host } from "../app.tsx";
import type { Flow } from "../flow.ts";
import { offersSharing } from "../model.ts";
import { reasonText } from "../reason.tsx";
import { Share } from "./share.tsx";

export function Verified({ flow, view, host }: { flow: Flow; view: View; host: Host }) {
  const merchant = view.merchant.name;
  const [sharing] = useState(offersSharing(flow.model)); // it stays, to tell the user if sharing is refused
  const text = flow.model.device === "phone" ? t("verified.phone") : t("verified.text", { merchant });
  return (
    <Panel name="verified" title={t("verified.title")} icon="done">
      <p>{text}</p>
      {sharing
        ? <Share flow={flow} view={view} exit={host.exit?.(view) ?? null} />
        : <Leave view={view} host={host} />}
    </Panel>
  );
}

export function Failed({ view, host }: { view: View; host: Host }) {
  const failure = view.failure;
  return (
    <Panel name="failed" title={t("failed.title")} icon="stop">
      {failure && <p>{reasonText(failure.reason_code)}</p>}
      <p>{t("failed.text", { merchant: view.merchant.name })}</p>
      <Leave view={view} host={host} />
    </Panel>
  );
}

export function Expired({ view, host }: { view: View; host: Host }) {
  return (
    <Panel name="expired" title={t("expired.title")} icon="stop">
      <p>{t("expired.text", { merchant: view.merchant.name })}</p>
      <Leave view={view} host={host} />
    </Panel>
  );
}

export function Cancelled({ view, host }: { view: View; host: Host }) {
  return (
    <Panel name="cancelled" title={t("cancelled.title")} icon="stop">
      <p>{t("cancelled.text", { merchant: view.merchant.name })}</p>
      <Leave view={view} host={host} />
    </Panel>
  );
}

/** returnMs is how long a verified user may read the result before the page returns to the merchant by itself. */
const returnMs = 5000;

function Leave({ view, host }: { view: View; host: Host }) {
  const exit = host.exit?.(view) ?? null;
  const verified = view.status === "verified";
  useEffect(() => {
    if (!verified || !exit) return;
    const timer = setTimeout(exit, returnMs);
    return () => clearTimeout(timer);
  }, [verified]);
  if (!exit) return null;
  return (
    <Actions>
      <Button kind="primary" onPress={exit}>{t("action.return", { merchant: view.merchant.name })}</Button>
    </Actions>
  );
}
