import { ApiError, type Challenge } from "@stile/client";
import { locale, t } from "@stile/i18n";
import { Actions, Button, Field, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import { useBirth } from "./birth.tsx";
import Login, { institutions } from "./login.tsx";
import type { MethodScreenProps } from "./registry.ts";

/** Waiting is the data of a mailed code in the view. */
interface Waiting {
  kind: "mailbox";
  institution: string;
}

/**
 * Student leads to the login of an institution, or has a code mailed to an address at one, and takes the code and the
 * date of birth. Where the server offers both ways, the user changes between them. The server keeps the challenge, so a
 * reload shows the same step.
 */
export default function Student(given: MethodScreenProps) {
  const { method } = given;
  const [other, setOther] = useState(false);
  const mails = method.input?.begin_fields.some((field) => field.name === "email") ?? false;
  const logs = institutions(method).length > 0;
  const [mailbox, setMailbox] = useState(!logs);
  const waiting = method.waiting?.data as Waiting | null | undefined;
  if (method.waiting && waiting?.kind === "mailbox" && !other) {
    return (
      <EnterCode
        key={method.waiting.challenge} {...given} challenge={method.waiting.challenge} leave={() => setOther(true)}
        institution={waiting.institution}
      />
    );
  }
  if (!mailbox) {
    const change = () => setMailbox(true);
    const elsewhere = mails && <Button kind="link" onPress={change}>{t("student.mailbox")}</Button>;
    return <Login {...given} elsewhere={elsewhere} />;
  }
  return <Address {...given} sent={() => setOther(false)} login={logs && (() => setMailbox(false))} />;
}

function Address({ flow, method, sent, login }: MethodScreenProps & { sent: () => void; login: false | (() => void) }) {
  const [email, setEmail] = useState("");
  const [fault, setFault] = useState<"email" | "limited" | null>(null);

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    const refused = await flow.attempt((): Promise<Challenge> =>
      flow.client.begin(method.method, { email: email.trim(), locale: locale() }));
    if (refused) return setFault(refused.status === 429 ? "limited" : "email");
    sent();
  }

  return (
    <Panel name={`method-${method.method}`} title={t("student.title")}>
      <form onSubmit={(event) => void send(event)} noValidate>
        <p>{t("student.intro")}</p>
        <Field
          name="email" keys="email" autocomplete="email" label={t("student.email")} value={email} onChange={setEmail}
          invalid={fault === "email"} error={fault ? "stile-fault" : undefined}
        />
        {fault && <Notice kind="error" id="stile-fault">{t(`student.error.${fault}`)}</Notice>}
        <Actions>
          <Button kind="primary" submit busy={flow.model.busy}>{t("returning.send")}</Button>
          {login && <Button kind="link" onPress={login}>{t("student.login")}</Button>}
        </Actions>
      </form>
    </Panel>
  );
}

function EnterCode(given: MethodScreenProps & { challenge: string; institution: string; leave: () => void }) {
  const { flow, method, challenge, institution, leave } = given;
  const [code, setCode] = useState("");
  const [fault, setFault] = useState<"code" | "expired" | null>(null);
  const birth = useBirth();

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const declared = birth.read();
    if (!declared) return;
    setFault(null);
    try {
      await flow.submit(method.method, { challenge, code, ...declared });
    } catch (error) {
      if (!(error instanceof ApiError)) return;
      if (error.param !== "code") birth.refuse();
      else setFault(error.code === "otp_expired" ? "expired" : "code");
    }
  }

  return (
    <Panel name="student-code" title={t("student.title")}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <p dir="ltr">{institution}</p>
        <p id="stile-sent">{t("student.sent")}</p>
        <Field
          name="code" keys="numeric" autocomplete="one-time-code" label={t("returning.code")} value={code}
          onChange={(text) => setCode(text.replaceAll(/\D/g, "").slice(0, 6))}
          hint="stile-sent" error={fault ? "stile-fault" : undefined}
        />
        {fault && <Notice kind="error" id="stile-fault">{t(`student.error.${fault}`)}</Notice>}
        <fieldset>
          <legend>{t("attestation.title")}</legend>
          {birth.fields}
        </fieldset>
        <Actions>
          <Button kind="primary" submit busy={flow.model.busy} disabled={code.length < 6}>
            {t("action.continue")}
          </Button>
          <Button kind="link" busy={flow.model.busy} onPress={leave}>{t("student.other")}</Button>
        </Actions>
      </form>
    </Panel>
  );
}
