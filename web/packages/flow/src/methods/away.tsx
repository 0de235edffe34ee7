import { t } from "@stile/i18n";
import { Actions, Button, Panel } from "@stile/ui";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
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

/** AwayLink leads to an institution whose address is known. */
export function AwayLink({ url, children }: { url: string; children: ComponentChildren }) {
  const target = ownTab() ? undefined : "_blank";
  return (
    <a
      class="button button-primary" href={url} target={target} rel={target && "opener"}
      onClick={(event) => {
        if (!target) return;
        event.preventDefault();
        tab = window.open(url, "_blank");
      }}
    >
      {children}
    </a>
  );
}

/**
 * useResponse returns the response with which the user came back to this page or its tab, null while there is none; and
 * the function that sets it.
 */
export function useResponse(challenge: string): [string | null, (response: string) => void] {
  const [response, setResponse] = useState(() => recall(challenge));
  useEffect(() => awaitTab(() => tab, challenge, () => setResponse(recall(challenge))), [challenge]);
  function take(entered: string): void {
    remember(challenge, entered);
    setResponse(entered);
  }
  return [response, take];
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
