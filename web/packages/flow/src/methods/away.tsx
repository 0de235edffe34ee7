import type { Method } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Field, Notice, Panel } from "@stile/ui";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Flow } from "../flow.ts";
import { awaitTab, recall, remember } from "../returned.ts";

/** tab is the window in which the institution is open; null if it took the place of this page. */
let tab: Window | null = null;

/** ownTab reports whether this page is the tab of the hosted page. Elsewhere the institution opens in a new tab. */
const ownTab = () => window.parent === window && /\/verify(\/vks_[a-z2-7]+)?\/?$/.test(location.pathname);

/**
 * depart prepares the way to an institution. Call it at once after a tap, or the browser blocks the new tab. It returns
 * the function that goes to an address, or gives up for null.
 */
export function depart(): (url: string | null) => void {
  const own = ownTab();
  tab = own ? null : window.open("", "_blank");
  return (url) => {
    if (url === null) tab?.close();
    else if (tab) tab.location.href = url;
    else if (own) location.assign(url);
  };
}

/** isApp reports whether an address opens an app, and no page. */
const isApp = (url: string) => !/^https?:/i.test(url);

/**
 * AwayLink leads to an institution or an app whose address is known. An app is opened from the outermost window: the
 * policy of a merchant's page may keep a frame from other schemes.
 */
export function AwayLink(given: {
  url: string; children: ComponentChildren; kind?: "primary" | "link"; onPress?: () => void;
}) {
  const { url, children, kind = "primary", onPress } = given;
  const target = isApp(url) ? "_top" : ownTab() ? undefined : "_blank";
  return (
    <a
      class={`button button-${kind}`} href={url} target={target} rel={target === "_blank" ? "opener" : undefined}
      onClick={(event) => {
        onPress?.();
        if (target !== "_blank") return;
        event.preventDefault();
        tab = window.open(url, "_blank");
      }}
    >
      {children}
    </a>
  );
}

/**
 * useResponse returns the response with which the user came back to this page or another tab, null while there is none;
 * and the function that sets it. Without a challenge there is none.
 */
export function useResponse(challenge: string | undefined): [string | null, (response: string) => void] {
  const [, render] = useState({});
  useEffect(() => challenge === undefined ? undefined : awaitTab(() => tab, challenge, () => render({})), [challenge]);
  function take(entered: string): void {
    if (challenge !== undefined) remember(challenge, entered);
    render({});
  }
  return [challenge === undefined ? null : recall(challenge), take];
}

/**
 * Claiming submits a response. `claim` resolves after a submission that has not arrived either, such as one without a
 * network: the user then tries again.
 */
export function Claiming(given: { name: string; title: string; claim: () => Promise<void> }) {
  const [stuck, setStuck] = useState(false);
  async function claim(): Promise<void> {
    setStuck(false);
    await given.claim();
    setStuck(true); // after an answer another screen has taken the place of this one
  }
  useEffect(() => void claim(), []);
  return (
    <Panel name={given.name} title={given.title} icon="wait">
      {stuck && <Actions><Button kind="primary" onPress={() => void claim()}>{t("action.retry")}</Button></Actions>}
    </Panel>
  );
}

/** EnterCode takes the code that another browser shows. `leave` begins again. */
export function EnterCode(given: {
  flow: Flow; method: { method: Method }; challenge: string; entered: (response: string) => void; leave: () => void;
}) {
  const { flow, method, challenge, entered, leave } = given;
  const [code, setCode] = useState("");
  const [wrong, setWrong] = useState(false);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    let response: string | null = null;
    const refused = await flow.attempt(async () => {
      response = (await flow.client.enterCode(method.method, challenge, code)).response;
    });
    setWrong(refused !== null);
    if (response) entered(response);
  }

  return (
    <Panel name="login-code" title={t("login.code.title")}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <p id="stile-shown">{t("login.code.text")}</p>
        <Field
          name="code" keys="numeric" autocomplete="off" label={t("returning.code")} value={code} hint="stile-shown"
          onChange={(text) => setCode(text.replaceAll(/\D/g, "").slice(0, 6))} error={wrong ? "stile-fault" : undefined}
        />
        {wrong && <Notice kind="error" id="stile-fault">{t("login.error.code")}</Notice>}
        <Actions>
          <Button kind="primary" submit busy={flow.model.busy} disabled={code.length < 6}>
            {t("action.continue")}
          </Button>
          <Button kind="link" busy={flow.model.busy} onPress={leave}>{t("login.again")}</Button>
        </Actions>
      </form>
    </Panel>
  );
}
