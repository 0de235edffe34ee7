import type { Method } from "@stile/client";
import { t } from "@stile/i18n";
import { Actions, Button, Notice, Panel } from "@stile/ui";
import { useEffect, useRef, useState } from "preact/hooks";
import { photograph, type CameraFault } from "../capture/camera.ts";
import { faultIn, Preview } from "../capture/preview.tsx";
import type { Finding } from "../capture/sample.ts";
import { Spoken } from "../capture/spoken.ts";
import { Hints, type Hint } from "../capture/viewfinder.tsx";
import { hush, say } from "./face_aloud.ts";
import { Colour, Prompted, type Shown } from "./face_prompt.tsx";
import { isHarmless, needsMs, play, type Dare, type Stage, type Strategy } from "./face_run.ts";
import { FrameSender } from "./face_sender.ts";
import type { MethodScreenProps } from "./registry.ts";

/** Fault is why a challenge ended without a submission: a fault of the camera, or one of these. */
export type Fault = CameraFault
  | "hidden" // the page was in the background
  | "stopped" // by the user
  | "network" // a frame did not arrive, or no challenge
  | "limited" // no challenge can be begun any more
  | "colours"; // the colours may harm the user

/** Played is a challenge that was played, with its frames. */
export interface Played {
  challenge: string;
  sender: FrameSender;
}

export interface TrialProps extends MethodScreenProps {
  /** slow means that the user needs more time, and aloud that instructions are read aloud. */
  slow: boolean;
  aloud: boolean;
  onPlayed: (played: Played) => void;
  onFault: (fault: Fault) => void;
}

/** Begun is a challenge that the page has begun. */
interface Begun extends Dare {
  id: string;
  /** until is its end, by the clock of the page. */
  until: number;
  /** chosen is the strategy that the user has chosen in place of the workflow's. */
  chosen: Strategy | undefined;
}

/** framing is the size and the quality of a frame: up to 48 are sent within 40 seconds. */
const framing = { longest: 720, quality: 0.82 };
/** fine is that of the few frames whose texture is judged. */
const fine = { longest: 960, quality: 0.92 };

/** Interrupted ends a play with a fault. */
class Interrupted extends Error {
  constructor(readonly fault: Fault) {
    super(`the challenge was interrupted: ${fault}`);
  }
}

/** Trial begins a challenge, explains it, and plays it before the camera. */
export function Trial(given: TrialProps) {
  const { slow, onFault } = given;
  const video = useRef<HTMLVideoElement>(null);
  const finding = useRef<Finding>("good");
  const playing = useRef<AbortController | null>(null);
  const left = useRef(false);
  const [begun, begin] = useChallenge(given);
  const [shown, setShown] = useState<Shown | null>(null);
  const [speech] = useState(() => new Spoken<Hint>());
  const [hint, setHint] = useState<Hint | null>(null);
  const [spoken, setSpoken] = useState<Hint | null>(null);
  const stop = (fault: Fault) => playing.current ? playing.current.abort(new Interrupted(fault)) : onFault(fault);
  useEffect(() => {
    void begin();
    return () => {
      left.current = true;
      playing.current?.abort();
    };
  }, []);

  /** go plays the challenge, or another one if there is not enough time left. */
  async function go(): Promise<void> {
    const enough = begun && begun.until - Date.now() >= needsMs(begun, slow);
    const dare = enough ? begun : await begin(begun?.chosen);
    if (!dare || dare.strategy !== begun?.strategy) return; // the screen explains the other strategy first
    if (!isHarmless(dare)) return onFault("colours");
    await run(dare);
  }

  async function run(dare: Begun): Promise<void> {
    const control = (playing.current = new AbortController());
    const sender = new FrameSender((frame) => given.flow.client.upload(given.method.method as Method, frame));
    sender.tell = () => sender.failed && stop("network");
    const unwatch = watchLeaving(stop);
    try {
      const format = dare.strategy === "passive" ? fine : framing;
      await play(stageOf(video.current!, sender, control.signal, format), dare, slow);
      given.onPlayed({ challenge: dare.id, sender });
    } catch (error) {
      if (left.current) return;
      const fault = error instanceof Interrupted ? error.fault : faultIn(error);
      if (fault === "network") given.onPlayed({ challenge: dare.id, sender });
      else onFault(fault);
    } finally {
      unwatch();
      hush();
    }
  }

  function stageOf(
    camera: HTMLVideoElement, sender: FrameSender, signal: AbortSignal, format: typeof framing,
  ): Stage {
    return {
      prompt(prompt, step = undefined) {
        setShown((before) => ({ prompt, step: step ?? null, color: before?.color ?? null }));
        if (given.aloud) say(t(`face.prompt.${prompt}`));
      },
      async paint(color) {
        setShown((before) => before && { ...before, color });
        await unlessStopped(signal, (seen) => requestAnimationFrame(() => requestAnimationFrame(seen)));
      },
      async frame(step) {
        signal.throwIfAborted();
        sender.add(await photograph(camera, format), step);
      },
      moves: () => finding.current === "moving",
      wait: (milliseconds) => unlessStopped(signal, (over) => setTimeout(over, milliseconds)),
      now: () => performance.now(),
    };
  }

  function found(sample: Finding): void {
    finding.current = sample;
    if (sample === "black" || shown) return;
    setHint(sample);
    setSpoken(speech.next(sample, performance.now()));
  }
  return (
    <Panel name={shown ? "face-playing" : "face-camera"} title={t("face.title.selfie_liveness")}>
      {shown && <Prompted key="prompt" shown={shown} steps={begun?.steps.length ?? 0} />}
      <Preview key="camera" facing="user" guide="face" video={video} onFinding={found} onFault={stop} />
      {!shown && <Hints hint={hint} spoken={spoken} />}
      {!shown && begun && (
        <Explained given={given} begun={begun} ready={hint !== null} go={() => void go()} begin={begin} />
      )}
      {shown && <Button onPress={() => stop("stopped")}>{t("face.stop")}</Button>}
      {shown?.color && <Colour color={shown.color} stop={() => stop("stopped")} />}
    </Panel>
  );
}

/** useChallenge returns the challenge that was begun last, and the function that begins another one. */
function useChallenge({ flow, method, slow, onFault }: TrialProps): [
  Begun | null, (chosen?: Strategy) => Promise<Begun | null>,
] {
  const [begun, setBegun] = useState<Begun | null>(null);
  async function begin(chosen?: Strategy): Promise<Begun | null> {
    let made = null as Begun | null;
    const refusal = await flow.attempt(async () => {
      const input = { ...(slow && { extended: true }), ...(chosen && { strategy: chosen }) };
      const { id, data } = await flow.client.begin(method.method as Method, input);
      const dare = data as unknown as Dare;
      // The seconds count from now, so that a wrong clock of the device does no harm.
      made = { ...dare, id, chosen, until: Date.now() + dare.seconds * 1000 };
    });
    if (made) setBegun(made);
    else onFault(refusal ? "limited" : "network");
    return made;
  }
  return [begun, begin];
}

/** Explained says what a challenge asks for, warns of colours, and offers the other strategy. */
function Explained({ given, begun, ready, go, begin }: {
  given: TrialProps;
  begun: Begun;
  /** ready reports whether the camera gives a picture. */
  ready: boolean;
  go: () => void;
  begin: (chosen: Strategy) => Promise<unknown>;
}) {
  const { flow, method } = given;
  const busy = flow.model.busy;
  const { strategy } = begun;
  const other = otherOf(strategy, method.input?.begin_fields.some(({ name }) => name === "strategy") ?? false);
  const instead = other && (
    <Button kind={prefersLess(strategy) ? "primary" : "plain"} busy={busy} onPress={() => void begin(other)}>
      {t(`face.instead.${other}`)}
    </Button>
  );
  const first = (
    <Button kind={instead && prefersLess(strategy) ? "plain" : "primary"} busy={busy} disabled={!ready} onPress={go}>
      {t("face.begin")}
    </Button>
  );
  return (
    <>
      <p>{t(`face.explain.${strategy}`)}</p>
      {strategy === "flashing" && <Notice kind="info">{t("face.warning")}</Notice>}
      <Actions>{prefersLess(strategy) ? [instead, first] : [first, instead]}</Actions>
    </>
  );
}

/** otherOf returns the strategy that the user may choose instead; null without one. */
function otherOf(strategy: Strategy, offered: boolean): "3d_action" | "flashing" | null {
  if (!offered || strategy === "passive") return null;
  return strategy === "flashing" ? "3d_action" : "flashing";
}

/** prefersLess reports whether the user has asked the system for less motion, and the strategy shows some. */
function prefersLess(strategy: Strategy): boolean {
  return strategy === "flashing" && matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** watchLeaving ends a play by Escape, and when the page goes to the background, until the returned function runs. */
function watchLeaving(stop: (fault: Fault) => void): () => void {
  const hidden = () => void (document.hidden && stop("hidden"));
  const pressed = ({ key }: KeyboardEvent) => void (key === "Escape" && stop("stopped"));
  document.addEventListener("visibilitychange", hidden);
  document.addEventListener("keydown", pressed);
  return () => {
    document.removeEventListener("visibilitychange", hidden);
    document.removeEventListener("keydown", pressed);
  };
}

/** unlessStopped waits until `done` is called, and rejects with the reason of a signal. */
function unlessStopped(signal: AbortSignal, start: (done: () => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = () => reject(signal.reason);
    if (signal.aborted) return stopped();
    signal.addEventListener("abort", stopped, { once: true });
    start(() => {
      signal.removeEventListener("abort", stopped);
      resolve();
    });
  });
}
