import { ApiError, type Challenge, type Method, type MethodView } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Field, Notice, Panel } from "@stile/ui";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { AwayLink, Claiming, depart, EnterCode, useResponse } from "./away.tsx";
import { useBirth } from "./birth.tsx";
import type { MethodScreenProps } from "./registry.ts";

/** Waiting is the data of an open login in the view. */
interface Waiting {
  url: string;
  name: string;
  answered: boolean;
}

/** institutions returns those that the user can choose for a method. */
export function institutions(method: MethodView) {
  return method.input?.begin_fields.find((field) => field.name === "institution")?.choices ?? [];
}

/** LoginProps are those of a method's screen, and the way to another screen, which stands below the institutions. */
interface LoginProps extends MethodScreenProps {
  elsewhere?: ComponentChildren;
}

/**
 * Login lets the user choose an institution, leads to its login, and claims the answer. The server keeps the login, so
 * a reload and a page that is opened anew go on.
 */
export default function Login(given: LoginProps) {
  const { flow, method } = given;
  const [other, setOther] = useState(false);
  const [away, setAway] = useState(false);
  const waiting = method.waiting?.data as Partial<Waiting> | null | undefined;

  async function begin(institution: string): Promise<void> {
    const go = depart();
    let begun: Challenge | null = null;
    setAway(false);
    const refused = await flow.attempt(async () => {
      begun = await flow.client.begin(method.method, { institution }).catch(leaveOut);
    });
    const url = (begun as Challenge | null)?.data["url"];
    if (refused || typeof url !== "string") {
      go(null);
      return setAway(true);
    }
    setOther(false);
    go(url);
  }

  if (method.waiting && waiting?.url !== undefined && !other) {
    return (
      <Open
        {...given} challenge={method.waiting.challenge} waiting={waiting as Waiting} leave={() => setOther(true)}
      />
    );
  }
  return <Choose {...given} away={away} choose={(institution) => void begin(institution)} />;
}

/** leaveOut returns null for an institution that is away, which the screen tells. It throws any other error. */
function leaveOut(error: unknown): null {
  if (error instanceof ApiError && error.status === 503) return null;
  throw error;
}

/** few is the number of institutions that need no search. */
const few = 6;

function Choose(given: LoginProps & { away: boolean; choose: (institution: string) => void }) {
  const { flow, view, method, elsewhere, away, choose } = given;
  const [search, setSearch] = useState("");
  const all = institutions(method);
  const sought = search.trim().toLocaleLowerCase();
  const shown = all.filter(({ label }) => label.toLocaleLowerCase().includes(sought));
  const kind = method.method as "open_banking" | "student";
  return (
    <Panel name={`method-${method.method}`} title={t(`login.${kind}.title`)}>
      <p>{t(`login.${kind}.intro`, { merchant: view.merchant.name })}</p>
      {away && <Notice kind="error">{t("login.error.away")}</Notice>}
      {all.length > few && (
        <Field
          name="search" keys="email" autocomplete="off" label={t("login.search")} value={search} onChange={setSearch}
        />
      )}
      {shown.length === 0 && <p role="status">{t("login.none")}</p>}
      <ul class="methods institutions">
        {shown.map(({ value, label, logo_url }) => (
          <li key={value}>
            <Button busy={flow.model.busy} onPress={() => choose(value)}>
              {logo_url && <img src={logo_url} alt="" />}
              <span>{label}</span>
            </Button>
          </li>
        ))}
      </ul>
      {elsewhere && <Actions>{elsewhere}</Actions>}
    </Panel>
  );
}

/** Open is a login that has begun: the user is away, or has come back in this browser or in another. */
function Open(given: MethodScreenProps & { challenge: string; waiting: Waiting; leave: () => void }) {
  const { flow, challenge, waiting: { url, name, answered }, leave } = given;
  const [response, take] = useResponse(challenge);
  if (response) return <Claim {...given} response={response} />;
  if (answered) return <EnterCode {...given} entered={take} />;
  return (
    <Panel name="login-waiting" title={t("login.waiting.title", { name })} icon="wait">
      <p>{t("login.waiting.text", { name })}</p>
      <Actions>
        <AwayLink url={url}>{t("login.open", { name })}</AwayLink>
        <Button kind="link" busy={flow.model.busy} onPress={leave}>{t("login.other")}</Button>
      </Actions>
    </Panel>
  );
}

/**
 * Claim submits the response that claims the answer. If the server then wants a date of birth, as for a student whose
 * enrolment is stated, the user declares it.
 */
function Claim(given: MethodScreenProps & { challenge: string; response: string; leave: () => void }) {
  const { flow, method, challenge, response, leave } = given;
  const [declares, setDeclares] = useState(false);
  const birth = useBirth();

  async function claim(declared?: ReturnType<typeof birth.read>): Promise<void> {
    try {
      await flow.submit(method.method as Method, { challenge, response, ...declared });
    } catch (error) {
      if (!(error instanceof ApiError && error.param === "date_of_birth")) return leave();
      if (declared) birth.refuse();
      setDeclares(true);
    }
  }

  function submit(event: Event): void {
    event.preventDefault();
    const declared = birth.read();
    if (declared) void claim(declared);
  }

  if (!declares) return <Claiming name="login-claiming" title={t("login.claiming")} claim={() => claim()} />;
  return (
    <Panel name="login-birth" title={t("attestation.title")}>
      <form onSubmit={submit} noValidate>
        {birth.fields}
        <Actions>
          <Button kind="primary" submit busy={flow.model.busy}>{t("action.continue")}</Button>
        </Actions>
      </form>
    </Panel>
  );
}
