/** Strategy is how selfie_liveness proves that a person is there: by turns of the head, by colours, by texture. */
export type Strategy = "3d_action" | "flashing" | "passive";
export type Turn = "left" | "right" | "up";

/** Dare is the data of a challenge of selfie_liveness. */
export interface Dare {
  strategy: Strategy;
  /** steps are turns of 3d_action, or colours of flashing with the milliseconds for which each is shown. */
  steps: { turn?: Turn; color?: string; ms?: number }[];
  /** seconds is for how long the challenge may be answered. */
  seconds: number;
  frames: { least: number; most: number };
}

/** Prompt is what the user is asked to do: to look ahead, to turn, to look at the colours, to hold still. */
export type Prompt = "ahead" | "colours" | "still" | Turn;

/** Stage is where a challenge is played. Its functions reject once the play is stopped. */
export interface Stage {
  /** prompt shows and says what to do; step is the number of the turn, from 1. */
  prompt(prompt: Prompt, step?: number): void;
  /** paint fills the screen with a colour, and resolves once it is seen. */
  paint(color: string): Promise<void>;
  /** frame takes a picture of a step. */
  frame(step: number): Promise<void>;
  /** moves reports whether the picture of the camera differs from the one before. */
  moves(): boolean;
  wait(milliseconds: number): Promise<void>;
  now(): number;
}

/** pace are the milliseconds to read the first prompt and for each turn, and the most frames of a turn. */
const pace = { ready: 800, turn: 3_000, frames: 8 };
/** slowly is the pace of users that ask for more time. */
const slowly = { ready: 3_000, turn: 9_000, frames: 11 };
/** aheadFrames look ahead before the first turn. */
const aheadFrames = 3;
/** soonestMs is the time between two frames while the head moves. */
const soonestMs = 240;
/** spared is how many frames of a turn are spread evenly over its time, so that a late movement still has some. */
const spared = 4;
const tickMs = 40;
/** calm is the colour before the first one of a challenge, and calmMs the time for which it is shown. */
const calm = "#606060";
const calmMs = 1_500;
/** shortestMs is the least time for which a colour is shown: at most three changes a second (WCAG 2.3.1). */
const shortestMs = 334;
/** seenAt are the parts of a colour's time at which frames are taken: cameras see a change late. */
const seenAt = [0.5, 0.85];
/** stills is how many pictures of a face that holds still are taken, and stillMs the time between them. */
const stills = 5;
const stillMs = 300;

/** needsMs returns how long a challenge takes, with time for frames that are on their way. */
export function needsMs({ strategy, steps }: Dare, slow: boolean): number {
  const { ready, turn } = slow ? slowly : pace;
  const margin = 5_000;
  if (strategy === "3d_action") return ready + aheadFrames * soonestMs + steps.length * turn + margin;
  return calmMs + steps.reduce((sum, { ms = 0 }) => sum + Math.max(ms, shortestMs), stills * stillMs) + margin;
}

/** play plays a challenge to its end. */
export async function play(stage: Stage, dare: Dare, slow: boolean): Promise<void> {
  switch (dare.strategy) {
    case "3d_action":
      return turns(stage, dare, slow ? slowly : pace);
    case "flashing":
      return colours(stage, dare);
    case "passive":
      return still(stage);
  }
}

async function turns(stage: Stage, { steps, frames }: Dare, { ready, turn, ...of }: typeof pace): Promise<void> {
  stage.prompt("ahead");
  await stage.wait(ready);
  for (let taken = 0; taken < aheadFrames; taken++) {
    await stage.frame(0);
    await stage.wait(soonestMs);
  }
  const each = Math.min(of.frames, Math.floor((frames.most - aheadFrames) / steps.length));
  for (const [step, { turn: way }] of steps.entries()) {
    if (way) stage.prompt(way, step + 1);
    await follow(stage, step, turn, each);
  }
}

/** follow takes up to `most` frames of a turn: more while the head moves, and the others evenly over its time. */
async function follow(stage: Stage, step: number, milliseconds: number, most: number): Promise<void> {
  const end = stage.now() + milliseconds;
  let [left, last] = [most, -Infinity];
  for (let now = stage.now(); now < end; now = stage.now()) {
    const [since, rest] = [now - last, end - now];
    const due = since >= rest / left || (stage.moves() && left > (spared * rest) / milliseconds);
    if (left > 0 && since >= soonestMs && due) {
      [left, last] = [left - 1, now];
      await stage.frame(step);
    }
    await stage.wait(tickMs);
  }
}

async function colours(stage: Stage, { steps }: Dare): Promise<void> {
  stage.prompt("colours");
  await stage.paint(calm);
  await stage.wait(calmMs);
  for (const [step, { color = calm, ms = 0 }] of steps.entries()) {
    await stage.paint(color);
    const shown = stage.now();
    const lasts = Math.max(ms, shortestMs);
    for (const part of seenAt) {
      await stage.wait(shown + part * lasts - stage.now());
      await stage.frame(step);
    }
    await stage.wait(shown + lasts - stage.now());
  }
  await stage.paint(calm);
}

async function still(stage: Stage): Promise<void> {
  stage.prompt("still");
  for (let taken = 0; taken < stills; taken++) {
    await stage.wait(stillMs);
    await stage.frame(0);
  }
}

/** isHarmless reports whether colours may be shown to everybody: none is a saturated red (WCAG 2.3.1). */
export function isHarmless({ steps }: Dare): boolean {
  return steps.every(({ color }) => color === undefined || !isSaturatedRed(color));
}

/** isSaturatedRed reports whether red has 80% of the light of a colour. A text that is no colour counts as one. */
function isSaturatedRed(color: string): boolean {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return true;
  const [red, green, blue] = [1, 3, 5].map((at) => lightOf(Number.parseInt(color.slice(at, at + 2), 16) / 255)) as
    [number, number, number];
  return red > 0 && red >= 0.8 * (red + green + blue);
}

/** lightOf returns the light of a channel of sRGB, both from 0 to 1. */
function lightOf(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
