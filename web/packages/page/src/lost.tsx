import { locale } from "@stile/i18n";
import { lostTexts } from "@stile/i18n/lost.ts";
import { Actions, Button, Panel } from "@stile/ui";
import { useEffect } from "preact/hooks";
import { wanted } from "./language.ts";

/** Lost says that the service was not reached. It tries again at a tap, or once the browser is online again. */
export function Lost({ name, busy = false, retry }: { name: string; busy?: boolean; retry: () => void }) {
  const texts = lostTexts(locale() || wanted());
  useEffect(() => {
    addEventListener("online", retry);
    return () => removeEventListener("online", retry);
  }, [retry]);
  return (
    <Panel name={name} title={texts.title} icon="stop">
      <p>{texts.text}</p>
      <Actions>
        <Button kind="primary" busy={busy} onPress={retry}>{texts.retry}</Button>
      </Actions>
    </Panel>
  );
}
