import assert from "node:assert/strict";
import { test } from "node:test";
import { isHarmless, needsMs, play, type Dare, type Stage } from "./face_run.ts";

const turning: Dare = {
  strategy: "3d_action", seconds: 40, frames: { least: 12, most: 48 },
  steps: [{ turn: "left" }, { turn: "up" }, { turn: "right" }, { turn: "left" }],
};
const flashing: Dare = {
  strategy: "flashing", seconds: 40, frames: { least: 12, most: 48 },
  steps: ["#00ff00", "#0000ff", "#ffff00", "#ff00ff", "#00ffff", "#0000ff", "#00ff00", "#ffff00"]
    .map((color) => ({ color, ms: 400 })),
};
const passive: Dare = { strategy: "passive", seconds: 40, frames: { least: 3, most: 8 }, steps: [] };

/** Recorded is a stage with a clock of its own, and all that has happened on it. */
class Recorded implements Stage {
  readonly frames: { step: number; at: number }[] = [];
  readonly prompts: { prompt: string; step?: number | undefined; at: number }[] = [];
  readonly colours: { color: string; at: number }[] = [];
  private clock = 0;

  constructor(private readonly moving: (at: number) => boolean = () => false) {}

  now(): number {
    return this.clock;
  }
  moves(): boolean {
    return this.moving(this.clock);
  }
  prompt(prompt: string, step?: number): void {
    this.prompts.push({ prompt, step, at: this.clock });
  }
  paint(color: string): Promise<void> {
    this.colours.push({ color, at: this.clock });
    return Promise.resolve();
  }
  frame(step: number): Promise<void> {
    this.frames.push({ step, at: this.clock });
    this.clock += 30; // a picture takes time
    return Promise.resolve();
  }
  wait(milliseconds: number): Promise<void> {
    this.clock += Math.max(0, milliseconds);
    return Promise.resolve();
  }
}

/** longestGap returns the longest time between two neighbours. */
function longestGap(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((at, index) => at - times[index]!));
}

for (const [name, moving] of [
  ["a head that is still", () => false],
  ["a head that always moves", () => true],
  ["a head that moves late", (at: number) => at % 3000 > 2000],
] as const) {
  for (const slow of [false, true]) {
    test(`turns of ${name} ${slow ? "with more time " : ""}have frames from the first to the last`, async () => {
      const stage = new Recorded(moving);
      await play(stage, turning, slow);
      assert.deepEqual(stage.prompts.map(({ prompt }) => prompt), ["ahead", "left", "up", "right", "left"]);
      assert.deepEqual(stage.prompts.map(({ step }) => step), [undefined, 1, 2, 3, 4]);
      const first = stage.prompts[1]!.at;
      assert.ok(stage.frames.filter(({ at }) => at < first).length >= 2, "the user looks ahead first");
      assert.ok(stage.frames.length >= 24 && stage.frames.length <= turning.frames.most, `${stage.frames.length}`);
      for (const { step, at } of stage.frames.slice(3)) {
        const { at: shown } = stage.prompts[step + 1]!;
        const end = stage.prompts[step + 2]?.at ?? Infinity;
        assert.ok(at >= shown && at < end, "a frame belongs to the prompt that is shown");
      }
      const times = stage.frames.map(({ at }) => at);
      const gap = longestGap(times);
      assert.ok(gap <= (slow ? 3000 : 1000), `${gap} ms without a frame`);
      assert.ok(Math.min(...times.slice(1).map((at, index) => at - times[index]!)) >= 240);
      assert.ok(stage.now() <= needsMs(turning, slow) && needsMs(turning, slow) <= (slow ? 120_000 : 40_000));
    });
  }
}

test("a colour is shown for its time, never shorter, and has two frames late in it", async () => {
  const stage = new Recorded();
  await play(stage, flashing, false);
  const shown = stage.colours.slice(1);
  assert.deepEqual(shown.slice(0, 8).map(({ color }) => color), flashing.steps.map(({ color }) => color));
  shown.slice(0, 8).forEach(({ at }, step) => {
    const end = shown[step + 1]!.at;
    assert.ok(end - at >= 400, `${end - at}`);
    const own = stage.frames.filter((one) => one.step === step);
    assert.equal(own.length, 2);
    for (const frame of own) assert.ok(frame.at >= at + 150 && frame.at < end);
  });
  assert.ok(stage.now() <= needsMs(flashing, false));
});

test("colours change at most three times a second, whatever the server asks", async () => {
  const stage = new Recorded();
  await play(stage, { ...flashing, steps: flashing.steps.map(({ color }) => ({ color: color!, ms: 20 })) }, false);
  const times = stage.colours.map(({ at }) => at);
  for (const at of times) assert.ok(times.filter((one) => one > at && one <= at + 1000).length <= 3);
});

test("a saturated red, and a text that is no colour, is not shown", () => {
  assert.equal(isHarmless(flashing), true);
  assert.equal(isHarmless(turning), true);
  for (const color of ["#ff0000", "#ff4040", "#800000", "red", "#fff", "url(x)"]) {
    assert.equal(isHarmless({ ...flashing, steps: [{ color, ms: 400 }] }), false, color);
  }
  assert.equal(isHarmless({ ...flashing, steps: [{ color: "#000000", ms: 400 }] }), true);
});

test("texture needs several pictures of a face that holds still", async () => {
  const stage = new Recorded();
  await play(stage, passive, false);
  assert.ok(stage.frames.length >= passive.frames.least && stage.frames.length <= passive.frames.most);
  assert.deepEqual(stage.prompts.map(({ prompt }) => prompt), ["still"]);
  assert.deepEqual(stage.colours, []);
});

test("a play that is stopped ends with the reason", async () => {
  const stage = new Recorded();
  stage.wait = () => Promise.reject(new Error("stopped"));
  for (const dare of [turning, flashing, passive]) await assert.rejects(play(stage, dare, false), /stopped/);
});
