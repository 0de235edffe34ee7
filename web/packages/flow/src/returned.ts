/** kept are the responses of logins and wallets, for a browser that blocks storage. */
const kept = new Map<string, string>();

const keyOf = (challenge: string) => `stile:returned:${challenge}`;

/** remember keeps the response with which the user came back, also over a reload. */
export function remember(challenge: string, response: string): void {
  kept.set(challenge, response);
  try {
    sessionStorage.setItem(keyOf(challenge), response);
  } catch {
    // Blocked storage: after a reload the user begins again.
  }
}

/** recall returns the response of a challenge; null if the user has not come back to this page. */
export function recall(challenge: string): string | null {
  try {
    return kept.get(challenge) ?? sessionStorage.getItem(keyOf(challenge));
  } catch {
    return kept.get(challenge) ?? null;
  }
}

/** version is that of the messages between the tab in which the user came back and the page that began. */
const version = 1;

interface Message {
  stile: typeof version;
  /** type: the page that began asks with `waits`, the tab tells its response with `returned`, the page confirms it. */
  type: "waits" | "returned" | "claimed";
  challenge: string;
  response?: string;
}

/** Said is the part of a message that comes from outside, and of which nothing is known. */
type Said = Partial<Message> | null;

/**
 * awaitTab takes the response from the tab that this page has opened, or from another tab of the same browser and
 * origin, which is how an app comes back. It returns the function that ends the wait.
 */
export function awaitTab(tab: () => Window | null, challenge: string, taken: () => void): () => void {
  const hall = openHall();
  /** take takes a response, and tells whether the message was one. */
  function take(said: Said): boolean {
    if (said?.stile !== version || said.type !== "returned" || said.challenge !== challenge) return false;
    if (typeof said.response !== "string" || said.response === "") return false;
    remember(challenge, said.response);
    taken();
    return true;
  }
  function hear(event: MessageEvent): void {
    if (event.origin !== location.origin || !event.source || event.source !== tab()) return;
    if (!take(event.data as Said)) return;
    const claimed: Message = { stile: version, type: "claimed", challenge };
    event.source.postMessage(claimed, { targetOrigin: location.origin });
  }
  addEventListener("message", hear);
  hall?.listen((said) => take(said) && hall.say({ stile: version, type: "claimed", challenge }));
  hall?.say({ stile: version, type: "waits", challenge }); // the tab may have come back before this page was loaded
  return () => {
    removeEventListener("message", hear);
    hall?.close();
  };
}

/** handOver gives the response to the page that began, if it is of the same origin and in this browser. */
export function handOver(challenge: string, response: string, taken: () => void): () => void {
  const opener = window.opener as Window | null;
  const hall = openHall();
  const returned: Message = { stile: version, type: "returned", challenge, response };
  const isAbout = (said: Said, type: Message["type"]) =>
    said?.stile === version && said.type === type && said.challenge === challenge;
  function hear(event: MessageEvent): void {
    if (event.origin !== location.origin || event.source !== opener) return;
    if (isAbout(event.data as Said, "claimed")) taken();
  }
  addEventListener("message", hear);
  opener?.postMessage(returned, location.origin);
  hall?.listen((said) => {
    if (isAbout(said, "claimed")) taken();
    if (isAbout(said, "waits")) hall.say(returned);
  });
  hall?.say(returned);
  return () => {
    removeEventListener("message", hear);
    hall?.close();
  };
}

/** Hall is heard by the other tabs of this origin. */
interface Hall {
  say(message: Message): void;
  listen(hear: (said: Said) => void): void;
  close(): void;
}

/** openHall opens the channel of this origin; null where the browser has none, or blocks it. */
function openHall(): Hall | null {
  try {
    const channel = new BroadcastChannel("stile:returned");
    return {
      say: (message) => channel.postMessage(message),
      listen: (hear) => (channel.onmessage = (event) => hear(event.data as Said)),
      close: () => channel.close(),
    };
  } catch {
    return null;
  }
}
