import { useEffect, useRef, useState, type Dispatch, type StateUpdater } from "preact/hooks";
import { useSecondsUntil } from "../hooks.ts";
import type { Question } from "./asked.ts";
import type { Fault as BrowserFault } from "./browser.ts";
import type { MethodScreenProps } from "./registry.ts";

/** Fault is why a wallet has not answered. The user has a next step after each. */
export type Fault = BrowserFault | "expired";

/** Open is a question that a wallet can still answer. */
export interface Open {
  challenge: string;
  question: Question;
  /** left are the seconds until it expires. */
  left: number;
}

/** neededSeconds is the time that a user needs at the wallet. A question with less is replaced before it is asked. */
export const neededSeconds = 60;

/** most is how many questions the page has made by itself; then the user asks for another one. */
const most = 3;

/**
 * useQuestion has the question for a wallet made as the screen shows, because browsers ask a wallet only at once after
 * a tap; and another one when it has expired, but none while the user is `busy` with it. `renew` makes another one;
 * `again` does so for the user.
 */
export function useQuestion(
  { flow, method }: MethodScreenProps, busy: boolean, tell: Dispatch<StateUpdater<Fault | null>>,
): { open: Open | null; renew: () => Promise<void>; again: () => void } {
  const [own, setOwn] = useState<{ challenge: string; until: number } | null>(null);
  const rest = useRef(most);
  const waiting = method.waiting?.data ? method.waiting : null;
  const until = own && own.challenge === waiting?.challenge ? own.until : (waiting?.expires_at ?? 0) * 1000;
  const left = useSecondsUntil(until);

  async function renew(): Promise<void> {
    const more = Math.max(0, rest.current - 1);
    rest.current = 0;
    let made = false;
    await flow.attempt(async () => {
      const { id, created, expires_at } = await flow.client.begin(method.method);
      // The time that the server gives counts from now, so that a wrong clock of the device does no harm.
      setOwn({ challenge: id, until: Date.now() + (expires_at - created) * 1000 });
      rest.current = more;
      made = true;
    });
    if (!made) tell("failed");
  }

  function again(): void {
    rest.current = most;
    tell(null);
    void renew();
  }

  const due = left === 0 || (left <= neededSeconds && !busy);
  useEffect(() => {
    if (!due || flow.model.busy) return;
    if (busy || rest.current === 0) tell((fault) => fault ?? "expired");
    if (rest.current > 0) void renew();
  }, [due, busy, flow.model.busy]);

  const open = waiting && left > 0
    ? { challenge: waiting.challenge, question: waiting.data as unknown as Question, left }
    : null;
  return { open, renew, again };
}
