import type { View } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Panel } from "@stile/ui";
import type { Flow } from "../flow.ts";
import { ageOf } from "../age.ts";
import { takesCode } from "../model.ts";

/** Intro names the merchant, the proof, and the data that is kept. */
export function Intro({ flow, view }: { flow: Flow; view: View }) {
  const merchant = view.merchant.name;
  const title = t(view.type === "identity" ? "intro.title.identity" : "intro.title.age", { merchant });
  return (
    <Panel name="intro" title={title}>
      <ul class="facts">
        <li>{proves(view)}</li>
        <li>{t("intro.shared", { merchant })}</li>
        <li>{t("intro.kept", { days: view.data_retention.data_retention_days ?? 0 })}</li>
        {takesDocuments(view) && (
          <li>{t("intro.images", { days: view.data_retention.document_image_retention_days ?? 0 })}</li>
        )}
        {takesFaces(view) && <li>{t("intro.faces")}</li>}
        {(takesDocuments(view) || takesFaces(view)) && <li>{t("intro.pictures", { merchant })}</li>}
      </ul>
      <Actions>
        <Button kind="primary" onPress={() => flow.navigate({ begun: true, returning: view.requires_email_otp })}>
          {t("action.continue")}
        </Button>
        {takesCode(view) && !view.requires_email_otp && (
          <Button onPress={() => flow.navigate({ begun: true, returning: true })}>{t("intro.returning")}</Button>
        )}
        <Button busy={flow.model.busy} onPress={() => void flow.act(() => flow.client.cancel())}>
          {t("action.cancel")}
        </Button>
      </Actions>
    </Panel>
  );
}

function proves(view: View): string {
  if (view.type === "identity") return t("intro.proves.identity");
  const age = ageOf(view.age_tier);
  return age === null ? t("intro.proves.age_unknown") : t("intro.proves.age", { age });
}

/** takesDocuments reports whether the session may ask for a picture of a document. */
function takesDocuments(view: View): boolean {
  return view.methods.some((one) => one.method === "document_capture");
}

/** takesFaces reports whether the session may ask for a picture of the user's face. */
function takesFaces(view: View): boolean {
  return view.methods.some((one) => one.biometric);
}
