/** kept are the responses of logins, for a browser that blocks storage. */
const kept = new Map<string, string>();

const keyOf = (challenge: string) => `stile:returned:${challenge}`;

/** remember keeps the response with which the user came back from a login, also over a reload. */
export function remember(challenge: string, response: string): void {
  kept.set(challenge, response);
  try {
    sessionStorage.setItem(keyOf(challenge), response);
  } catch {
    // Blocked storage: after a reload the user begins again.
  }
}

/** recall returns the response of a login; null if the user has not come back in this tab. */
export function recall(challenge: string): string | null {
  try {
    return kept.get(challenge) ?? sessionStorage.getItem(keyOf(challenge));
  } catch {
    return kept.get(challenge) ?? null;
  }
}

/** version is that of the messages between the tab of a login and the page that opened it. */
const version = 1;

interface Message {
  stile?: number;
  type?: string;
  challenge?: string;
  response?: string;
}

/**
 * awaitTab takes the response from the tab that this page has opened, and from no other window. It returns the function
 * that ends the wait.
 */
export function awaitTab(tab: () => Window | null, challenge: string, taken: () => void): () => void {
  function take(event: MessageEvent): void {
    const data = event.data as Message | null;
    if (event.origin !== location.origin || !event.source || event.source !== tab()) return;
    if (data?.stile !== version || data.type !== "returned" || data.challenge !== challenge || !data.response) return;
    remember(challenge, data.response);
    event.source.postMessage({ stile: version, type: "claimed", challenge }, { targetOrigin: location.origin });
    taken();
  }
  addEventListener("message", take);
  return () => removeEventListener("message", take);
}

/** handOver gives the response to the page that opened this tab, if it is of the same origin. */
export function handOver(challenge: string, response: string, taken: () => void): () => void {
  const opener = window.opener as Window | null;
  function hear(event: MessageEvent): void {
    const data = event.data as Message | null;
    if (event.origin !== location.origin || event.source !== opener) return;
    if (data?.stile === version && data.type === "claimed" && data.challenge === challenge) taken();
  }
  addEventListener("message", hear);
  opener?.postMessage({ stile: version, type: "returned", challenge, response }, location.origin);
  return () => removeEventListener("message", hear);
}
