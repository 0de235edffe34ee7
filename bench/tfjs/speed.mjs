// The side of TensorFlow.js in `go run ./bench -only faces`: runs models in WebAssembly, and prints their CPU time. A
// line of its input is {model, scale, milliseconds, runs}: it runs the model for noise from 0 to scale, for so many
// milliseconds, and so many times at least. The answer is a line {nanoseconds: [of each run], sum: of the absolute
// values of the outputs}.
import { createInterface } from "node:readline";
import { loadGraph, loadNet, noise, useWasm } from "./models.mjs";

/** graph returns a graph model whose input has so many pixels along a side. */
async function graph(name, size) {
  const { model } = await loadGraph(name);
  return { size, run: (x) => [model.execute(x)].flat() };
}

/** net returns a network of face-api. */
async function net(name, size, outputs) {
  const loaded = await loadNet(name);
  return { size, run: async (x) => outputs(await loaded.forward(x)) };
}

await useWasm();
const models = {
  blazeface: await graph("blazeface", 256),
  facemesh: await graph("facemesh", 192),
  age: await net("ageGenderNet", 112, ({ age, gender }) => [age, gender]),
  "face-recognition": await net("faceRecognitionNet", 150, (embedding) => [embedding]),
  faceres: await graph("faceres", 224),
};

function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** once runs a model, and returns its CPU time and its outputs. */
async function once(run, x) {
  const began = cpuTime();
  const outputs = await run(x);
  const data = outputs.map((output) => output.dataSync());
  const took = cpuTime() - began;
  for (const output of outputs) output.dispose();
  return { took, data };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { model, scale, milliseconds, runs } = JSON.parse(line);
  const { size, run } = models[model];
  const x = noise(1, scale, [1, size, size, 3]);
  const nanoseconds = [];
  let sum = 0;
  for (let spent = 0; spent < milliseconds * 1e6 || nanoseconds.length < runs; ) {
    const { took, data } = await once(run, x);
    nanoseconds.push(took);
    spent += took;
    sum = data.flatMap((numbers) => [...numbers]).reduce((total, n) => total + Math.abs(n), 0);
  }
  x.dispose();
  console.log(JSON.stringify({ nanoseconds, sum }));
}
