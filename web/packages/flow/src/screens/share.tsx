import type { View } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Check, Notice } from "@stile/ui";
import { useRef, useState } from "preact/hooks";
import type { Flow } from "../flow.ts";

type Fault = Awaited<ReturnType<Flow["share"]>>;

/**
 * Share lets the user share the verification with other organizations, and leave. A tick is saved at once; the box
 * shows the state of the server, and while it is saved, the user's choice. Leaving waits for the save.
 */
export function Share({ flow, view, exit }: { flow: Flow; view: View; exit: (() => void) | null }) {
  const [choice, setChoice] = useState<boolean | null>(null);
  const [told, setTold] = useState<Fault | "saved">(null);
  const [leaving, setLeaving] = useState(false);
  const saves = useRef<Promise<Fault>>(Promise.resolve(null));

  async function choose(consent: boolean): Promise<void> {
    setChoice(consent);
    setTold(null);
    const save = (saves.current = saves.current.then(() => flow.share(consent)));
    const fault = await save;
    if (saves.current !== save) return; // the user has chosen again meanwhile
    saves.current = Promise.resolve(null);
    setChoice(null);
    setTold(fault ?? "saved");
  }

  async function leave(): Promise<void> {
    setLeaving(true);
    const fault = await saves.current;
    setLeaving(false);
    if (!fault) exit?.();
  }

  const fault = told === "saved" ? null : told;
  return (
    <>
      <Check
        checked={choice ?? view.trust_reuse.consent}
        onChange={(consent) => void choose(consent)}
        error={fault ? "stile-fault" : undefined}
        hint="stile-meaning"
      >
        {t("share.label")}
      </Check>
      <p class="meaning" id="stile-meaning">{t("share.meaning")}</p>
      {fault && <Notice kind="error" id="stile-fault">{t(`share.${fault}`)}</Notice>}
      <p class="meaning" role="status">{choice !== null ? t("share.saving") : told === "saved" && t("share.saved")}</p>
      {exit && (
        <Actions>
          <Button kind="primary" busy={leaving} onPress={() => void leave()}>
            {t("action.return", { merchant: view.merchant.name })}
          </Button>
        </Actions>
      )}
    </>
  );
}
