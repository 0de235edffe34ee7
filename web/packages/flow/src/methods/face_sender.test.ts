import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileUpload } from "@stile/client";
import { FrameSender } from "./face_sender.ts";

/** Held is an upload that waits for the test. */
interface Held {
  name: string;
  arrive: () => void;
  fail: (error: Error) => void;
}

/** sending returns a sender, and the uploads that it has begun to send. */
function sending(): { sender: FrameSender; held: Held[]; add: (name: string, step: number) => void } {
  const held: Held[] = [];
  const names: string[] = [];
  const sender = new FrameSender(() => {
    const name = names.at(-1)!;
    const send = () => new Promise<string>((resolve, reject) => {
      held.push({ name, arrive: () => resolve(`upl_${name}`), fail: reject });
    });
    return { send } as unknown as FileUpload;
  });
  const add = (name: string, step: number) => {
    names.push(name);
    sender.add(new Blob([name]), step);
  };
  return { sender, held, add };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("frames are sent in their order, two at a time, and named in it", async () => {
  const { sender, held, add } = sending();
  for (const [at, name] of ["a", "b", "c", "d"].entries()) add(name, at >> 1);
  assert.deepEqual(held.map(({ name }) => name), ["a", "b"]);
  held[1]!.arrive(); // the second arrives first
  await settle();
  assert.deepEqual(held.map(({ name }) => name), ["a", "b", "c"]);
  assert.equal(sender.sent, 1 / 4);
  const all = sender.all();
  held[0]!.arrive();
  held[2]!.arrive();
  await settle();
  held[3]!.arrive();
  assert.deepEqual(await all, [
    { upload: "upl_a", step: 0 }, { upload: "upl_b", step: 0 },
    { upload: "upl_c", step: 1 }, { upload: "upl_d", step: 1 },
  ]);
  assert.equal(sender.sent, 1);
});

test("no frame follows one that has not arrived, and its error is told", async () => {
  const { sender, held, add } = sending();
  for (const name of ["a", "b", "c"]) add(name, 0);
  let told = 0;
  sender.tell = () => told++;
  held[0]!.fail(new Error("offline"));
  await settle();
  assert.equal(sender.failed, true);
  assert.equal(told, 1);
  held[1]!.arrive();
  await assert.rejects(sender.all(), /offline/);
  assert.deepEqual(held.map(({ name }) => name), ["a", "b"]);
});
