/** Credentials let the page call the API for one session. */
export interface Credentials {
  sessionId: string;
  secret: string;
  device: "first" | "phone";
}

/** MailLink is the page of the links of a mail: the last part of its path. */
export type MailLink = "sharing" | "guardian";

/** Arrival is the request in the address of the page. */
export type Arrival =
  | { kind: "session"; credentials: Credentials }
  | { kind: "handoff"; token: string }
  | { kind: MailLink; token: string | null }
  | { kind: "nothing" };

/** Address is the part of window.location that the page reads. */
export type Address = Pick<Location, "pathname" | "search" | "hash">;
export type Store = Pick<Storage, "getItem" | "setItem">;

/** storeOf returns the session storage of a window; an empty one where the browser blocks it, as in some frames. */
export function storeOf(window: Pick<Window, "sessionStorage">): Store {
  try {
    return window.sessionStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined };
  }
}

const mailPath = /\/verify\/(sharing|guardian)\/?$/;
const sessionPath = /\/verify\/(vks_[a-z2-7]{24})\/?$/;

/**
 * arrive reads the address. The client secret is in the fragment, which no server sees; it moves to the store, and
 * `strip` takes it out of the address and of the history before anything else runs. So does the token of the link in a
 * mail. A phone's token is in the query.
 */
export function arrive(address: Address, store: Store, strip: (path: string) => void): Arrival {
  const sessionId = sessionPath.exec(address.pathname)?.[1];
  if (sessionId) return { ...ofSession(sessionId, address, store, strip) };
  const kind = mailPath.exec(address.pathname)?.[1] as MailLink | undefined;
  if (kind) return { kind, token: ofMail(kind, address, store, strip) };
  const token = new URLSearchParams(address.search).get("token");
  if (!token) return { kind: "nothing" };
  const held = read<Credentials>(store, keyOf("token", token));
  if (held) return { kind: "session", credentials: held };
  return { kind: "handoff", token };
}

function ofSession(sessionId: string, address: Address, store: Store, strip: (path: string) => void): Arrival {
  const secret = new URLSearchParams(address.hash.slice(1)).get("client_secret");
  if (secret) {
    strip(address.pathname + address.search);
    const credentials: Credentials = { sessionId, secret, device: "first" };
    save(store, keyOf("session", sessionId), credentials);
    return { kind: "session", credentials };
  }
  const held = read<Credentials>(store, keyOf("session", sessionId));
  return held ? { kind: "session", credentials: held } : { kind: "nothing" };
}

/** ofMail returns the token of the link; null if there is none. The last one of the tab stays over a reload. */
function ofMail(kind: MailLink, address: Address, store: Store, strip: (path: string) => void): string | null {
  const token = address.hash.slice(1);
  if (!token) return read<string>(store, `stile:${kind}`);
  strip(address.pathname + address.search);
  save(store, `stile:${kind}`, token);
  return token;
}

/** keep stores the credentials of a phone under the token of its link, so that the link goes on after a reload. */
export function keep(store: Store, token: string, credentials: Credentials): void {
  save(store, keyOf("token", token), credentials);
}

function keyOf(kind: "session" | "token", id: string): string {
  return `stile:${kind}:${id}`;
}

/** read returns a stored value. A browser that blocks storage has none; the page then lives until its reload. */
function read<Value>(store: Store, key: string): Value | null {
  try {
    return JSON.parse(store.getItem(key) ?? "null") as Value | null;
  } catch {
    return null;
  }
}

function save(store: Store, key: string, value: Credentials | string): void {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch {
    // Blocked storage: a reload then asks the user to open the link again.
  }
}
