import { ApiError, GuardianClient, SessionClient, Transport, type GuardianRequest } from "@stile/client";
import { ageOf } from "@stile/flow/age.ts";
import { App, brandOf, Flow, Merchant, paint } from "@stile/flow";
import { useLocale } from "@stile/flow/hooks.ts";
import { Loading } from "@stile/flow/screens/waiting.tsx";
import { locale, onLocale, t } from "@stile/i18n";
import { Actions, Button, Notice, Panel } from "@stile/ui";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Lost } from "./lost.tsx";
import { historyPlace, navigationOf } from "./place.ts";

/** Fault is why the last request did not succeed. */
type Fault = "invalid" | "lost" | "tried";

/** Acts are the actions of the guardian. */
interface Acts {
  busy: boolean;
  fault: Fault | null;
  act: (send: (client: GuardianClient) => Promise<GuardianRequest>) => Promise<void>;
}

/**
 * Guardian is the page behind the links of a mail to a parent or guardian. Only its buttons change something, because
 * previews of links and scanners of mailboxes load the page as well.
 */
export function Guardian({ token }: { token: string | null }) {
  useLocale();
  const client = useMemo(() => new GuardianClient(token ?? "", new Transport("", locale)), [token]);
  const [request, setRequest] = useState<GuardianRequest | null>(null);
  const [fault, setFault] = useState<Fault | null>(token === null ? "invalid" : null);
  const [busy, setBusy] = useState(false);

  async function act(send: (client: GuardianClient) => Promise<GuardianRequest>): Promise<void> {
    setBusy(true);
    try {
      setRequest(await send(client));
      setFault(null);
    } catch (error) {
      setFault(faultOf(error));
      if (error instanceof ApiError && error.status === 409) setRequest(await client.read().catch(() => null));
    } finally {
      setBusy(false);
    }
  }
  const look = () => (token === null ? undefined : void act((one) => one.read()));

  useEffect(look, []);
  useEffect(() => onLocale(look), []);
  useEffect(() => paint(document.documentElement, brandOf(request?.merchant.color ?? null)), [request]);
  if (fault === "invalid") return <Invalid />;
  if (!request) return fault ? <Lost name="guardian-lost" busy={busy} retry={look} /> : <Loading />;
  const secret = request.proof?.client_secret;
  if (request.proof && secret) return <Prove sessionId={request.proof.session_id} secret={secret} ended={look} />;
  return (
    <>
      <Merchant merchant={request.merchant} />
      <Shown request={request} acts={{ busy, fault, act }} />
    </>
  );
}

function faultOf(error: unknown): Fault | null {
  if (!(error instanceof ApiError)) return "lost";
  if (error.status === 409) return null; // the request is read anew, and shows why
  if (error.status === 429) return "tried";
  return error.status === 400 ? "invalid" : "lost";
}

function Shown({ request, acts }: { request: GuardianRequest; acts: Acts }) {
  const { status, link } = request;
  if (status === "invited") {
    return link === "withdraw" ? <Refuse request={request} acts={acts} /> : <Decide request={request} acts={acts} />;
  }
  if (status === "consented") return <Consented request={request} acts={acts} asked={link === "withdraw"} />;
  const merchant = request.merchant.name;
  return (
    <Panel name={`guardian-${status}`} title={t(`guardian.${status}.title`)} icon="done">
      <p>{t(`guardian.${status}.text`, { merchant })}</p>
    </Panel>
  );
}

/** Decide shows the request, leads to the proof, and takes the decision after it. */
function Decide({ request, acts: { busy, fault, act } }: { request: GuardianRequest; acts: Acts }) {
  const { proof, consent, merchant } = request;
  const proven = proof?.proven ?? false;
  const name = proven ? "guardian-decide" : "guardian-asked";
  const age = ageOf(request.adult_tier) ?? 18;
  return (
    <Panel name={name} title={t("guardian.title", { merchant: merchant.name })}>
      <p lang={consent.locale}>{consent.text}</p>
      <p>{proven ? t("guardian.proved") : t("guardian.prove.text", { age })}</p>
      {proof && !proven && !fault && <Notice kind="info">{t("guardian.unproven")}</Notice>}
      {fault && <Notice kind="error">{t(fault === "tried" ? "guardian.tried" : "problem.service.text")}</Notice>}
      <Actions>
        {proven
          ? (
            <Button kind="primary" busy={busy} onPress={() => void act((one) => one.consent(consent.version))}>
              {t("guardian.consent")}
            </Button>
          )
          : (
            <Button kind="primary" busy={busy} onPress={() => void act((one) => one.prove())}>
              {t("guardian.prove")}
            </Button>
          )}
        <Button busy={busy} onPress={() => void act((one) => one.refuse())}>{t("guardian.refuse")}</Button>
      </Actions>
    </Panel>
  );
}

/** Refuse is the page of the withdrawing link before the decision. */
function Refuse({ request, acts: { busy, fault, act } }: { request: GuardianRequest; acts: Acts }) {
  const merchant = request.merchant.name;
  return (
    <Panel name="guardian-refuse" title={t("guardian.refuse.title")}>
      <p>{t("guardian.title", { merchant })}</p>
      <p>{t("guardian.refuse.text", { merchant })}</p>
      {fault && <Notice kind="error">{t("problem.service.text")}</Notice>}
      <Actions>
        <Button kind="primary" busy={busy} onPress={() => void act((one) => one.withdraw())}>
          {t("guardian.refuse")}
        </Button>
      </Actions>
    </Panel>
  );
}

/** Consented shows a consent, and withdraws it. Asked means that the link is the one that withdraws. */
function Consented(given: { request: GuardianRequest; acts: Acts; asked: boolean }) {
  const { request, acts: { busy, fault, act }, asked } = given;
  const [withdraws, setWithdraws] = useState(asked);
  const merchant = request.merchant.name;
  const name = withdraws ? "withdraw" : "consented";
  return (
    <Panel name={`guardian-${name}`} title={t(`guardian.${name}.title`)} {...(withdraws ? {} : { icon: "done" })}>
      <p>{t(withdraws ? "guardian.withdraw.text" : "guardian.consented.text", { merchant })}</p>
      {fault && <Notice kind="error">{t("problem.service.text")}</Notice>}
      <Actions>
        {withdraws
          ? (
            <Button kind="primary" busy={busy} onPress={() => void act((one) => one.withdraw())}>
              {t("guardian.withdraw")}
            </Button>
          )
          : <Button kind="link" onPress={() => setWithdraws(true)}>{t("guardian.withdraw")}</Button>}
      </Actions>
    </Panel>
  );
}

/** Prove runs the session in which the guardian proves to be an adult, until it ends. */
function Prove({ sessionId, secret, ended }: { sessionId: string; secret: string; ended: () => void }) {
  const flow = useMemo(() => {
    history.replaceState(null, ""); // the steps of an earlier proof are over
    const client = new SessionClient(sessionId, secret, new Transport("", locale));
    return new Flow({ client, device: "first", place: historyPlace(history) });
  }, [sessionId]);
  useEffect(() => {
    const back = (event: PopStateEvent) => flow.returned(navigationOf(event.state));
    addEventListener("popstate", back);
    flow.start();
    return () => {
      removeEventListener("popstate", back);
      flow.stop();
    };
  }, [flow]);
  return <App flow={flow} host={{ ended }} />;
}

function Invalid() {
  return (
    <Panel name="guardian-invalid" title={t("problem.link.title")} icon="stop">
      <p>{t("sharing.invalid")}</p>
    </Panel>
  );
}
