import { exchange, NetworkError, newKey, type DeviceToken } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import { useLocale } from "./hooks.ts";
import { problemOf, type Problem } from "./model.ts";
import { ProblemPanel } from "./screens/problem.tsx";

/**
 * Landing is the page behind a handoff's link. It uses the token on a tap only, so that a preview of the link or the
 * prefetch of a scanner uses up nothing.
 */
export function Landing(given: { token: string; deviceId: string; taken: (device: DeviceToken) => void }) {
  useLocale();
  const [key] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [lost, setLost] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  async function take(): Promise<void> {
    setBusy(true);
    setLost(false);
    try {
      given.taken(await exchange(given.token, given.deviceId, key));
    } catch (error) {
      if (error instanceof NetworkError) setLost(true);
      else setProblem(problemOf(error) ?? "service");
    } finally {
      setBusy(false);
    }
  }
  if (problem) return <ProblemPanel problem={problem} />;
  return (
    <Panel name="landing" title={t("landing.title")} icon="phone">
      <p>{t("landing.text")}</p>
      {lost && <Notice kind="error">{t("problem.service.text")}</Notice>}
      <Actions>
        <Button kind="primary" busy={busy} onPress={() => void take()}>{t("action.continue")}</Button>
      </Actions>
    </Panel>
  );
}

