import { ApiError, type Challenge, type Reason } from "@stile/client";
import { locale, t } from "@stile/i18n";
import { Actions, Button, Field, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import { reasonText } from "../reason.tsx";
import type { MethodScreenProps } from "./registry.ts";

/** most is the number of guardians of one request. */
const most = 3;

/** Waiting is the data of an open request in the view. */
interface Waiting {
  guardians: { email: string }[];
}

type Refusal = "guardians" | "limited" | "method";

/**
 * ParentalConsent asks for the addresses of parents or guardians, and then waits for their decision. The server keeps
 * the request, so a reload and a page that is opened anew show the waiting state.
 */
export default function ParentalConsent({ flow, method }: MethodScreenProps) {
  const [other, setOther] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [resent, setResent] = useState(false);
  const waiting = method.waiting?.data as Waiting | null | undefined;

  async function ask(input: Record<string, unknown>): Promise<boolean> {
    const refused = await flow.attempt((): Promise<Challenge> =>
      flow.client.begin(method.method, { ...input, locale: locale() }));
    setRefusal(refused && reasonOf(refused));
    if (!refused) setOther(false);
    return refused === null;
  }

  if (waiting && !other) {
    return (
      <Panel name="parental-waiting" title={t("parental.waiting.title")}>
        <p>{t("parental.waiting.text")}</p>
        <ul>
          {waiting.guardians.map(({ email }) => <li key={email} dir="ltr">{email}</li>)}
        </ul>
        <p>{t("parental.waiting.keep")}</p>
        {refusal && <Notice kind="error">{t(`parental.error.${refusal}`)}</Notice>}
        {resent && !refusal && <Notice kind="info">{t("parental.resent")}</Notice>}
        <Actions>
          <Button busy={flow.model.busy} onPress={() => void ask({ resend: true }).then(setResent)}>
            {t("parental.resend")}
          </Button>
          <Button kind="link" busy={flow.model.busy} onPress={() => setOther(true)}>{t("parental.other")}</Button>
        </Actions>
      </Panel>
    );
  }
  const last = method.last_attempt?.reasons[0]?.code;
  const { busy } = flow.model;
  return <Addresses busy={busy} refusal={refusal} last={last} ask={(guardians) => void ask({ guardians })} />;
}

/** Addresses asks for the addresses. Last is why the guardians of the last attempt did not consent. */
function Addresses(given: {
  busy: boolean; refusal: Refusal | null; last: Reason["code"] | undefined; ask: (guardians: string[]) => void;
}) {
  const { busy, refusal, last, ask } = given;
  const [emails, setEmails] = useState([""]);

  function submit(event: Event): void {
    event.preventDefault();
    ask(emails.map((email) => email.trim()).filter((email) => email !== ""));
  }

  const invalid = refusal === "guardians";
  return (
    <Panel name="method-parental_consent" title={t("parental.title")}>
      <form onSubmit={submit} noValidate>
        {last && !refusal && <Notice kind="info">{reasonText(last)}</Notice>}
        <p>{t("parental.intro")}</p>
        {emails.map((email, index) => (
          <Field
            key={index}
            name={`email-${index}`} keys="email" autocomplete="off" label={t("parental.email")} value={email}
            onChange={(text) => setEmails(emails.map((one, at) => (at === index ? text : one)))}
            invalid={invalid} error={refusal ? "stile-fault" : undefined}
          />
        ))}
        {refusal && <Notice kind="error" id="stile-fault">{t(`parental.error.${refusal}`)}</Notice>}
        <Actions>
          <Button kind="primary" submit busy={busy}>{t("parental.send")}</Button>
          {emails.length < most && (
            <Button kind="link" onPress={() => setEmails([...emails, ""])}>{t("parental.add")}</Button>
          )}
        </Actions>
      </form>
    </Panel>
  );
}

function reasonOf(refusal: ApiError): Refusal {
  if (refusal.status === 429) return "limited";
  return refusal.param === "method" ? "method" : "guardians";
}
