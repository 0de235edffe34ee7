import { ApiError, type Method, type Submission, type View } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Panel } from "@stile/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Flow } from "../flow.ts";
import { usable } from "../model.ts";
import type { Sent } from "./shot.ts";

/** resumeMs is the pause before the pictures are sent again after a fault. */
const resumeMs = 3000;

/**
 * Sending sends pictures, and shows how much of them has arrived, or why they are not on their way. `deliver` returns
 * false where it may succeed later: it is called again after a pause, and at once when the connection is back.
 */
export function Sending({ flow, sent, deliver }: { flow: Flow; sent: number; deliver: () => Promise<boolean> }) {
  const { trouble, busy } = flow.model;
  const [stuck, setStuck] = useState(false);
  const troubled = useRef(false);
  async function begin(): Promise<void> {
    setStuck(false);
    setStuck(!(await deliver()));
  }
  useEffect(() => void begin(), []);
  useEffect(() => {
    const back = troubled.current && trouble === null;
    troubled.current = trouble !== null;
    if (!stuck) return;
    const timer = setTimeout(() => void begin(), back ? 0 : resumeMs);
    return () => clearTimeout(timer);
  }, [stuck, trouble]);
  return (
    <Panel name="capture-sending" title={t("capture.sending")} icon="wait">
      <progress class="progress" value={sent} aria-label={t("capture.sending")} />
      {trouble && (
        <Actions>
          <Button kind="primary" busy={busy} onPress={() => void begin()}>
            {t("action.retry")}
          </Button>
        </Actions>
      )}
    </Panel>
  );
}

/** Full says that the attempt takes no more pictures, and leads to another method or to the end. */
export function Full({ flow, view }: { flow: Flow; view: View }) {
  const others = usable(view).length > 1;
  const leave = () => (others ? flow.navigate({ method: null }) : void flow.act(() => flow.client.cancel()));
  return (
    <Panel name="capture-full" title={t("capture.full")} icon="stop">
      <p>{t("capture.full.text")}</p>
      <Actions>
        <Button kind="primary" busy={flow.model.busy} onPress={leave}>
          {t(others ? "action.another_method" : "action.cancel")}
        </Button>
      </Actions>
    </Panel>
  );
}

/** shareOf returns how much of the pictures has arrived, from 0 to 1. */
export function shareOf(pictures: readonly Sent[]): number {
  const sum = (of: (one: Sent) => number) => pictures.reduce((all, one) => all + of(one), 0);
  return sum(({ upload }) => upload.sent) / Math.max(1, sum(({ upload }) => upload.size));
}

/** RefusedError is the refusal of pictures by the server; `names` are those to take again. */
export class RefusedError extends Error {
  constructor(
    readonly names: readonly Sent["name"][],
    override readonly cause: ApiError,
  ) {
    super("a picture was refused", { cause });
  }
}

/**
 * send uploads the pictures that are not there yet, and submits them. It returns whether the server has taken them;
 * after a fault it may be called again. It throws a RefusedError if a picture is refused: the one that was on its way,
 * or the one that the refusal names, or else all.
 */
export async function send(
  flow: Flow, method: Method, pictures: readonly Sent[], submission: (pictures: readonly Sent[]) => Submission,
  tell: () => void,
): Promise<boolean> {
  const refused = (error: unknown, one?: Sent): unknown => {
    if (!(error instanceof ApiError)) return error;
    const named = one ?? pictures.find(({ name }) => name === error.param);
    return new RefusedError((named ? [named] : pictures).map(({ name }) => name), error);
  };
  let on: Sent | undefined;
  try {
    const arrived = await flow.act(async () => {
      for (on of pictures) on.id ??= await on.upload.send(tell);
      return null;
    });
    on = undefined;
    return arrived && await flow.submit(method, submission(pictures));
  } catch (error) {
    throw refused(error, on);
  }
}
