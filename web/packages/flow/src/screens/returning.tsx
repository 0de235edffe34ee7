import type { ApiError, View } from "@stile/client";
import { locale, t } from "@stile/i18n";
import { Actions, Button, Field, Notice, Panel } from "@stile/ui";
import { useEffect, useState } from "preact/hooks";
import type { Flow } from "../flow.ts";

/** pauseSeconds is the time after which the user may ask for another code. */
const pauseSeconds = 30;

/**
 * Returning recognises a user who was verified before by a mailed code: an address if the session has none, and then
 * the code. Whether a code is on its way comes from the server, so a reload shows the same step.
 */
export function Returning({ flow, view }: { flow: Flow; view: View }) {
  const otp = view.email_otp;
  const [email, setEmail] = useState("");
  const [other, setOther] = useState(false);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [wait, setWait] = useCountdown(otp.sent ? pauseSeconds : 0);

  async function send(): Promise<void> {
    const to = otp.email_known ? {} : { email: email.trim() };
    const refused = await flow.attempt(() => flow.client.sendOTP({ ...to, locale: locale() }));
    setRefusal(refused);
    if (refused) return setWait(Number(refused.headers?.get("Retry-After") ?? 0));
    setOther(false);
    setWait(pauseSeconds);
  }

  async function enter(code: string): Promise<void> {
    setRefusal(await flow.attempt(() => flow.client.verifyOTP(code)));
  }

  return (
    <Panel name="returning" title={t("returning.title")}>
      {otp.sent && !other
        ? <CodeForm flow={flow} refusal={refusal} enter={enter} />
        : (
          <AddressForm
            flow={flow} view={view} refusal={refusal} wait={wait} send={send} email={email} setEmail={setEmail}
          />
        )}
      <Actions>
        {otp.sent && !other && (otp.email_known || email !== "") && (
          <Button busy={flow.model.busy} disabled={wait > 0} onPress={() => void send()}>
            {wait > 0 ? t("returning.resend.wait", { seconds: wait }) : t("returning.resend")}
          </Button>
        )}
        {otp.sent && !other && !otp.email_known && (
          <Button busy={flow.model.busy} onPress={() => setOther(true)}>{t("returning.other")}</Button>
        )}
        <Button kind="link" onPress={() => flow.navigate({ returning: false })}>{t("returning.without")}</Button>
      </Actions>
    </Panel>
  );
}

/** AddressForm asks for the address if the session has none, and sends the code. */
function AddressForm(given: {
  flow: Flow; view: View; refusal: ApiError | null; wait: number; send: () => Promise<void>;
  email: string; setEmail: (email: string) => void;
}) {
  const { flow, view, refusal, wait, send, email, setEmail } = given;
  const known = view.email_otp.email_known;
  const fault = refusal && (refusal.status === 429 ? "limited" : "email");

  function submit(event: Event): void {
    event.preventDefault();
    void send();
  }

  return (
    <form onSubmit={submit} noValidate>
      <p>{t(known ? "returning.intro.known" : "returning.intro.ask", { merchant: view.merchant.name })}</p>
      {!known && (
        <Field
          name="email" keys="email" autocomplete="email" label={t("returning.email")} value={email} onChange={setEmail}
          invalid={fault === "email"} error={fault ? "stile-fault" : undefined}
        />
      )}
      {fault && <Notice kind="error" id="stile-fault">{t(`returning.error.${fault}`)}</Notice>}
      <Button kind="primary" submit busy={flow.model.busy} disabled={fault === "limited" && wait > 0}>
        {t("returning.send")}
      </Button>
    </form>
  );
}

/** CodeForm takes the code in one field. */
function CodeForm(given: { flow: Flow; refusal: ApiError | null; enter: (code: string) => Promise<void> }) {
  const { flow, refusal, enter } = given;
  const [code, setCode] = useState("");
  const fault = refusal && faultOf(refusal);
  const left = flow.model.view?.email_otp.attempts_left ?? 0;

  function submit(event: Event): void {
    event.preventDefault();
    void enter(code);
  }

  return (
    <form onSubmit={submit} noValidate>
      <p id="stile-sent">{t("returning.sent")}</p>
      <Field
        name="code" keys="numeric" autocomplete="one-time-code" label={t("returning.code")} value={code}
        onChange={(text) => setCode(text.replaceAll(/\D/g, "").slice(0, 6))}
        hint="stile-sent" error={fault ? "stile-fault" : undefined}
      />
      {fault && <Notice kind="error" id="stile-fault">{t(`returning.error.${fault}`, { tries: left })}</Notice>}
      <Button kind="primary" submit busy={flow.model.busy} disabled={code.length < 6}>{t("action.continue")}</Button>
    </form>
  );
}

function faultOf(refusal: ApiError): "code" | "expired" | "limited" {
  if (refusal.status === 429) return "limited";
  return refusal.code === "otp_invalid" ? "code" : "expired";
}

/** useCountdown counts seconds down to 0. */
function useCountdown(first: number): [number, (seconds: number) => void] {
  const [left, setLeft] = useState(first);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}
