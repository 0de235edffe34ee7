import type { Method } from "@stile/client";
import { remember } from "@stile/flow/returned.ts";

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
  | { kind: "session"; credentials: Credentials; login?: Return }
  | { kind: "handoff"; token: string }
  | { kind: MailLink; token: string | null }
  | { kind: "returned"; login: Return | null }
  | { kind: "nothing" };

/** Return is an answer of an institution, as its redirect brings it. */
export interface Return {
  method: Method;
  challenge: string;
  response: string;
}

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
  const login = ofReturn(address, strip);
  if (sessionId) return { ...ofSession(sessionId, address, store, strip, login) };
  if (login !== undefined) return { kind: "returned", login };
  const kind = mailPath.exec(address.pathname)?.[1] as MailLink | undefined;
  if (kind) return { kind, token: ofMail(kind, address, store, strip) };
  const token = new URLSearchParams(address.search).get("token");
  if (!token) return { kind: "nothing" };
  const held = read<Credentials>(store, keyOf("token", token));
  if (held) return { kind: "session", credentials: held };
  return { kind: "handoff", token };
}

/**
 * ofReturn takes the answer of an institution out of the address; null if it was refused, undefined if there is none.
 */
function ofReturn(address: Address, strip: (path: string) => void): Return | null | undefined {
  const fragment = new URLSearchParams(address.hash.slice(1));
  const [challenge, method, response] = [fragment.get("returned"), fragment.get("method"), fragment.get("response")];
  if (!challenge && !fragment.has("refused")) return undefined;
  strip(address.pathname + address.search);
  return challenge && method && response ? { challenge, response, method: method as Method } : null;
}

function ofSession(
  sessionId: string, address: Address, store: Store, strip: (path: string) => void, login: Return | null | undefined,
): Arrival {
  const secret = new URLSearchParams(address.hash.slice(1)).get("client_secret");
  if (secret) {
    strip(address.pathname + address.search);
    const credentials: Credentials = { sessionId, secret, device: "first" };
    save(store, keyOf("session", sessionId), credentials);
    return { kind: "session", credentials };
  }
  const held = read<Credentials>(store, keyOf("session", sessionId));
  if (login !== undefined && !held) return { kind: "returned", login };
  if (login && held) {
    remember(login.challenge, login.response);
    return { kind: "session", credentials: held, login };
  }
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
  save(store, keyOf("session", credentials.sessionId), credentials); // for the way back from an institution
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
