import type { Handoff, View } from "@stile/client";
import { clock, t, tOr } from "@stile/i18n";
import { Actions, Button, Notice, Panel } from "@stile/ui";
import { useEffect, useState } from "preact/hooks";
import type { Flow } from "../flow.ts";
import { onPhone } from "../hints.ts";
import { useSecondsUntil } from "../hooks.ts";
import { chosen, usable } from "../model.ts";
import { Reason } from "../reason.tsx";

/** renewals is how often the page shows a new code by itself; then the user asks for one. */
const renewals = 2;

/** offersPhone reports whether a phone can take the session from this device. */
export function offersPhone(flow: Flow, view: View): boolean {
  return flow.model.device === "first" && view.offer_handoff;
}

/** PhoneOffer is the button that leads to the code for a phone, while the session offers that. */
export function PhoneOffer({ flow, view, kind = "plain" }: { flow: Flow; view: View; kind?: "primary" | "plain" }) {
  if (!offersPhone(flow, view)) return null;
  return <Button kind={kind} onPress={() => flow.navigate({ handoff: true })}>{t("choice.phone")}</Button>;
}

/**
 * HandoffCode shows the QR code and the link that take the session to a phone, or to the app that reads the chip of a
 * passport. That one may be on this device.
 */
export function HandoffCode({ flow, view }: { flow: Flow; view: View }) {
  const [handoff, setHandoff] = useState<Handoff | null>(null);
  const [left, setLeft] = useState(renewals);
  const [expired, setExpired] = useState(false);
  async function mint(): Promise<void> {
    let minted = false;
    setExpired(false);
    await flow.act(async () => {
      setHandoff(await flow.client.handoff());
      minted = true;
      return null;
    });
    if (!minted) setExpired(true); // the page shows the fault, and the button tries again
  }
  useEffect(() => void mint(), []);
  const method = chosen(flow.model, view);
  const app = method?.method === "nfc_passport";
  return (
    <Panel name="handoff" title={t(app ? "nfc.title" : "handoff.title")} icon="phone">
      {app && <Reason method={method} />}
      {view.handoff_reason && !app && <p>{t(`handoff.reason.${view.handoff_reason}`)}</p>}
      {handoff && (
        <Code
          key={handoff.expires_at}
          handoff={handoff}
          app={app}
          expired={expired}
          renew={() => void mint()}
          onExpired={() => {
            if (left === 0) return setExpired(true);
            setLeft(left - 1);
            void mint();
          }}
        />
      )}
      <Actions>
        <Button onPress={() => flow.navigate({ handoff: false })}>{t(app ? "nfc.change" : "phone.takeback")}</Button>
        {app && usable(view).length > 1 && (
          <Button kind="link" onPress={() => flow.navigate({ handoff: false, method: null, listed: true })}>
            {t("nfc.none")}
          </Button>
        )}
      </Actions>
    </Panel>
  );
}

/** CodeProps are a code, whether the user has to ask for another one, and the ways to get it. */
interface CodeProps {
  handoff: Handoff;
  /** app means that an app takes the session. */
  app: boolean;
  expired: boolean;
  renew: () => void;
  onExpired: () => void;
}

function Code({ handoff, app, expired, renew, onExpired }: CodeProps) {
  const seconds = useSecondsUntil(Date.parse(handoff.expires_at));
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (seconds === 0) onExpired();
  }, [seconds === 0]);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(handoff.url);
      setCopied(true);
    } catch {
      // A frame may not write the clipboard; the link can be selected.
    }
  }
  if (expired) {
    return (
      <>
        <Notice kind="info">{t("handoff.expired")}</Notice>
        <Button kind="primary" onPress={renew}>{t("handoff.renew")}</Button>
      </>
    );
  }
  return (
    <>
      {app && onPhone() && <a class="button button-primary" href={handoff.url}>{t("nfc.open")}</a>}
      <p>{t(app ? "nfc.scan" : "handoff.scan")}</p>
      <img class="qr" src={`data:image/svg+xml,${encodeURIComponent(handoff.qr_svg)}`} alt={t("handoff.qr")} />
      <p class="countdown" role="timer">{t("handoff.expires", { time: clock(seconds) })}</p>
      <label class="link">
        <span>{t("handoff.link")}</span>
        <input readOnly value={handoff.url} dir="ltr" onFocus={(event) => event.currentTarget.select()} />
      </label>
      <Button onPress={() => void copy()}>{t(copied ? "action.copied" : "action.copy")}</Button>
    </>
  );
}

/** OnPhone is the first device's screen while a phone holds the session. `phase` is how far an app on it has got. */
export function OnPhone(given: { flow: Flow; view: View; number: number | null; phase: string | null }) {
  const { flow, view, number, phase } = given;
  const method = chosen(flow.model, view);
  const title = number === null ? t("phone.title") : t("phone.number.title", { number });
  return (
    <Panel name="phone" title={title} icon="phone">
      {number !== null && <p class="number" aria-hidden="true">{number}</p>}
      <p>{t(number === null ? "phone.text" : "phone.number.text")}</p>
      {method?.method === "nfc_passport" && <Reason method={method} />}
      <p role="status">{phase && tOr(`phase.${phase}`, t("phase.other"))}</p>
      <Actions>
        <Button busy={flow.model.busy} onPress={() => void flow.act(() => flow.client.release())}>
          {t("phone.takeback")}
        </Button>
      </Actions>
    </Panel>
  );
}

/** ConfirmNumber is the phone's screen on which the user shows that the other device is theirs. */
export function ConfirmNumber({ flow, choices }: { flow: Flow; choices: readonly number[] }) {
  return (
    <Panel name="confirm" title={t("confirm.title")}>
      <p>{t("confirm.text")}</p>
      <div class="numbers">
        {choices.map((number) => (
          <Button key={number} busy={flow.model.busy} onPress={() => void flow.act(() => flow.client.confirm(number))}>
            {number}
          </Button>
        ))}
      </div>
    </Panel>
  );
}
