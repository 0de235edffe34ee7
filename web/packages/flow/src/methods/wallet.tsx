import type { Submission, View } from "@stile/client";
import { anyOf, t, tOr } from "@stile/i18n";
import { Actions, Button, Notice, Panel } from "@stile/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import { ageOf } from "../age.ts";
import { onPhone } from "../hints.ts";
import { offersPhone, PhoneOffer } from "../screens/handoff.tsx";
import { askedOf, type Question } from "./asked.ts";
import { AwayLink, Claiming, EnterCode, useResponse } from "./away.tsx";
import { asksWallets, askWallet, faultOf } from "./browser.ts";
import { useOffer } from "./offer.ts";
import { neededSeconds, useQuestion, type Fault, type Open } from "./question.ts";
import type { MethodScreenProps } from "./registry.ts";

/**
 * Wallet asks a wallet: through the browser if it can ask wallets; else on a phone by a link to the wallet app; else on
 * the phone that takes the session over.
 */
export default function Wallet(given: MethodScreenProps) {
  const { flow, method } = given;
  const [fault, setFault] = useState<Fault | null>(null);
  const [asking, setAsking] = useState(false);
  /** away is the challenge of the link that the user has opened. */
  const [away, setAway] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Submission | null>(null);
  const gone = away !== null && away === method.waiting?.challenge;
  const { open, renew, again } = useQuestion(given, asking || gone || answer !== null, setFault);
  const [response, take] = useResponse(open?.challenge);
  useOffer(given, flow.model.device === "first" && !onPhone());

  async function send(input: Submission): Promise<void> {
    try {
      await flow.submit(method.method, input);
    } catch {
      return over("failed");
    }
    // A submission that has not arrived can be sent again. After any other answer of the server the question is over.
    if (flow.model.submitted !== method.method && !flow.model.trouble) over("expired");
  }

  function over(why: Fault): void {
    setAnswer(null);
    setFault(why);
    void renew();
  }

  const claimed = answer ?? (open && response ? { challenge: open.challenge, response } : null);
  if (claimed) return <Claiming name="wallet-claiming" title={t("login.claiming")} claim={() => send(claimed)} />;
  if (open?.question.answered) {
    return <EnterCode flow={flow} method={method} challenge={open.challenge} entered={take} leave={again} />;
  }
  if (gone && open?.question.link) {
    return <Away link={open.question.link} leave={() => setAway(null)} />;
  }
  return (
    <Ask
      {...given} open={open} fault={fault} asking={asking} setAsking={setAsking} tell={setFault} again={again}
      answered={setAnswer} leave={setAway}
    />
  );
}

interface AskProps extends MethodScreenProps {
  open: Open | null;
  fault: Fault | null;
  asking: boolean;
  setAsking: (asking: boolean) => void;
  tell: (fault: Fault | null) => void;
  again: () => void;
  answered: (answer: Submission) => void;
  leave: (challenge: string) => void;
}

/** Ask names the requested data, and has the ways to ask the wallet on this device. */
function Ask(given: AskProps) {
  const { flow, view, method, open, fault, leave } = given;
  const phone = flow.model.device === "phone" || onPhone();
  const browser = asksWallets(open?.question ?? null);
  const link = phone && open?.question.link;
  const offer = offersPhone(flow, view);
  const here = browser || (phone && (link || !open));
  return (
    <Panel name={`method-${method.method}`} title={tOr(`method.${method.method}`, method.method)}>
      <Asked view={view} question={open?.question ?? null} />
      {!here && <p>{t(offer ? "wallet.phone" : "wallet.fault.none")}</p>}
      {fault && <Notice kind="error">{t(`wallet.fault.${fault}`)}</Notice>}
      <Actions>
        {here && <Primary {...given} browser={browser} link={link || null} />}
        {browser && link && open && (
          <AwayLink url={link} kind="link" onPress={() => leave(open.challenge)}>{t("wallet.app")}</AwayLink>
        )}
        <PhoneOffer flow={flow} view={view} kind={here ? "plain" : "primary"} />
      </Actions>
    </Panel>
  );
}

/** Primary is the main button: through the browser, or by the link, or for another question once this one is over. */
function Primary(given: AskProps & { browser: boolean; link: string | null }) {
  const { flow, open, fault, asking, setAsking, tell, again, answered, leave, browser, link } = given;
  const asks = useRef<AbortController | null>(null);
  useEffect(() => () => asks.current?.abort(), []);

  async function ask({ challenge, question }: Open): Promise<void> {
    const { signal } = (asks.current = new AbortController());
    tell(null);
    setAsking(true);
    try {
      answered({ challenge, ...(await askWallet(question, signal)) });
    } catch (error) {
      if (!signal.aborted) tell(faultOf(error));
    }
    setAsking(false);
  }

  const ready = open !== null && open.left > neededSeconds;
  if (!ready && fault && !flow.model.busy) {
    return <Button kind="primary" onPress={again}>{t("action.retry")}</Button>;
  }
  if (open && !browser && link) {
    return <AwayLink url={link} onPress={() => leave(open.challenge)}>{t("wallet.app")}</AwayLink>;
  }
  return (
    <Button kind="primary" busy={asking || !ready || flow.model.busy} onPress={() => open && void ask(open)}>
      {t(browser ? "wallet.ask" : "wallet.app")}
    </Button>
  );
}

/** Asked names the data that the request asks for. */
function Asked({ view, question }: { view: View; question: Question | null }) {
  const { ages, fields } = (question && askedOf(question)) ?? { ages: tierOf(view), fields: [] };
  return (
    <>
      {fields.length === 0 && ages.length > 0 && <p>{t("wallet.asks.age", { age: anyOf(ages) })}</p>}
      {fields.length > 0 && (
        <>
          <p>{t("wallet.asks.fields")}</p>
          <ul class="facts">
            {ages.map((years) => <li key={years}>{t("intro.proves.age", { age: years })}</li>)}
            {fields.map((name) => <li key={name}>{tOr(`wallet.field.${name}`, name.replaceAll("_", " "))}</li>)}
          </ul>
        </>
      )}
      <p>{t("wallet.asks.agree")}</p>
    </>
  );
}

/** tierOf returns the age of a session that asks for nothing else, for the time before the request is there. */
function tierOf(view: View): number[] {
  const age = view.type === "age" ? ageOf(view.age_tier) : null;
  return age === null ? [] : [age];
}

/** patienceMs is how long a wallet app may take to open. */
const patienceMs = 3000;

/** Away waits for the user to come back from a wallet app. It says so if none has taken the place of this page. */
function Away({ link, leave }: { link: string; leave: () => void }) {
  const [taps, setTaps] = useState(1);
  const [stuck, setStuck] = useState(false);
  useEffect(() => {
    setStuck(false);
    const timer = setTimeout(() => setStuck(true), patienceMs);
    const left = () => clearTimeout(timer);
    addEventListener("blur", left);
    document.addEventListener("visibilitychange", left);
    return () => {
      left();
      removeEventListener("blur", left);
      document.removeEventListener("visibilitychange", left);
    };
  }, [taps]);
  return (
    <Panel name="wallet-away" title={t("wallet.away.title")} icon="wait">
      <p>{t("wallet.away.text")}</p>
      {stuck && <Notice kind="error">{t("wallet.fault.stuck")}</Notice>}
      <Actions>
        <AwayLink url={link} onPress={() => setTaps(taps + 1)}>{t("wallet.app")}</AwayLink>
        <Button kind="link" onPress={leave}>{t("phone.takeback")}</Button>
      </Actions>
    </Panel>
  );
}
