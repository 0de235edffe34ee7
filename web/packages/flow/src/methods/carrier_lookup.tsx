import { ApiError, type Challenge, type Method } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Check, Field, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import { onPhone } from "../hints.ts";
import { AwayLink, Claiming, useResponse } from "./away.tsx";
import { type Person, usePerson } from "./person.tsx";
import type { MethodScreenProps } from "./registry.ts";

/** Question is the input of the method for a challenge. */
type Question = { phone?: string; same_device: boolean } & Partial<Person>;

/** Waiting is the data of an open question in the view. */
interface Waiting {
  carrier: string;
  number_ends: string;
  url: string | null;
}

type Fault = "phone" | "limited" | "elsewhere";

/**
 * CarrierLookup asks for the number, if the session has none, and for the name and the date of birth where the server
 * has them compared. It leads to the operator, or submits at once where the
 * operator asks on the phone. The server keeps the question, so a reload shows the same step.
 */
export default function CarrierLookup(given: MethodScreenProps) {
  const { flow, method } = given;
  const [other, setOther] = useState(false);
  const waiting = method.waiting?.data as Waiting | null | undefined;

  async function ask(input: Question): Promise<ApiError | null> {
    let begun: Challenge | null = null;
    const refused = await flow.attempt(async () => {
      begun = await flow.client.begin(method.method, input);
    });
    if (refused) return refused;
    setOther(false);
    const challenge = begun as Challenge | null;
    if (challenge && challenge.data["url"] === null) await submit(challenge.id);
    return null;
  }

  async function submit(challenge: string, response?: string): Promise<void> {
    const input = response === undefined ? { challenge } : { challenge, response };
    await flow.submit(method.method as Method, input).catch(() => setOther(true));
  }

  if (method.waiting && waiting && !other) {
    return (
      <Open
        {...given} challenge={method.waiting.challenge} waiting={waiting} submit={submit} leave={() => setOther(true)}
      />
    );
  }
  return <AskNumber {...given} ask={ask} />;
}

function AskNumber({ flow, view, method, ask }: MethodScreenProps & {
  ask: (input: Question) => Promise<ApiError | null>;
}) {
  const [another, setAnother] = useState(!view.phone_known);
  const [phone, setPhone] = useState("");
  const [here, setHere] = useState(onPhone);
  const [fault, setFault] = useState<Fault | null>(null);
  const person = usePerson();
  const compares = method.input?.begin_fields.some((field) => field.name === "given_name") ?? false;

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    const described = compares ? person.read() : {};
    if (!described) return setFault(null);
    const refused = await ask({ ...(another && { phone }), same_device: here, ...described });
    setFault(refused && !person.refuse(refused.param) ? faultOf(refused) : null);
  }

  return (
    <Panel name={`method-${method.method}`} title={t("carrier.title")}>
      <form onSubmit={(event) => void send(event)} noValidate>
        <p>{t(compares ? "carrier.intro.compared" : "carrier.intro")}</p>
        {another
          ? (
            <>
              <Field
                name="phone" keys="tel" autocomplete="tel" label={t("carrier.phone")} value={phone} onChange={setPhone}
                hint="stile-example" invalid={fault === "phone"} error={fault ? "stile-fault" : undefined}
              />
              <p id="stile-example">{t("carrier.example")}</p>
            </>
          )
          : <p>{t("carrier.known", { merchant: view.merchant.name })}</p>}
        <Check checked={here} onChange={setHere}>{t("carrier.here")}</Check>
        {compares && person.fields}
        {fault && <Notice kind="error" id="stile-fault">{t(`carrier.error.${fault}`)}</Notice>}
        <Actions>
          <Button kind="primary" submit busy={flow.model.busy}>{t("carrier.ask")}</Button>
          {!another && <Button kind="link" onPress={() => setAnother(true)}>{t("carrier.another")}</Button>}
        </Actions>
      </form>
    </Panel>
  );
}

function faultOf(refusal: ApiError): Fault {
  if (refusal.status === 429) return "limited";
  return refusal.param === "same_device" ? "elsewhere" : "phone";
}

/** Open is a question that has begun: the user goes to the operator, or has come back. */
function Open(given: MethodScreenProps & {
  challenge: string; waiting: Waiting; submit: (challenge: string, response?: string) => Promise<void>;
  leave: () => void;
}) {
  const { flow, challenge, waiting: { carrier, number_ends: ends, url }, submit, leave } = given;
  const [response] = useResponse(challenge);
  if (response) {
    return (
      <Claiming name="carrier-claiming" title={t("carrier.claiming")} claim={() => submit(challenge, response)} />
    );
  }
  return (
    <Panel name="carrier-open" title={t("carrier.open.title", { carrier })} icon="phone">
      <p dir="ltr">{`··· ${ends}`}</p>
      <p>{t(url ? "carrier.open.text" : "processing.carrier", { carrier })}</p>
      <Actions>
        {url
          ? <AwayLink url={url}>{t("carrier.open")}</AwayLink>
          : (
            <Button kind="primary" busy={flow.model.busy} onPress={() => void submit(challenge)}>
              {t("carrier.open")}
            </Button>
          )}
        <Button kind="link" busy={flow.model.busy} onPress={leave}>{t("carrier.another")}</Button>
      </Actions>
    </Panel>
  );
}
