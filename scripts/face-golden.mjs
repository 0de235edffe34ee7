// Writes vision/models/testdata/golden.json: outputs and layers of the models of faces, computed by TensorFlow.js and
// face-api for inputs from a seed. It needs the packages in bin/tfjs, and the models in bin/models:
//
//   scripts/ensure-tfjs && scripts/ensure-models && node scripts/face-golden.mjs
import fs from "node:fs";
import { loadGraph, loadNet, noise, useCPU } from "../bench/tfjs/models.mjs";

// sample returns the shape of a tensor and at most 64 of its numbers, at even distances.
function sample(tensor) {
  const data = tensor.dataSync();
  const step = Math.ceil(data.length / 64) | 1; // odd, so that it visits all channels
  const values = [];
  for (let i = 0; i < data.length; i += step) values.push(Number(data[i].toPrecision(8)));
  return { shape: tensor.shape, step, values };
}

async function graph(name, size, seed, scale) {
  const { model, file } = await loadGraph(name);
  const nodes = file.modelTopology.node.filter((n) => !["Const", "Placeholder", "Identity"].includes(n.op));
  const layers = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => nodes[Math.floor((i * (nodes.length - 1)) / 8)].name);
  const outputs = file.signature
    ? Object.entries(file.signature.outputs).map(([key, o]) => [key.replace(/:0$/, ""), o.name])
    : model.outputNodes.map((n) => [n, n]);
  const x = noise(seed, scale, [1, size, size, 3]);
  const take = (list) => {
    const got = model.execute(x, list.map(([, node]) => node));
    return Object.fromEntries(list.map(([key], i) => [key, sample(Array.isArray(got) ? got[i] : got)]));
  };
  return { seed, scale, outputs: take(outputs), layers: take(layers.map((n) => [n, n])) };
}

async function faceapi(name, size, seed, outputs) {
  const net = await loadNet(name);
  return { seed, scale: 255, outputs: outputs(await net.forward(noise(seed, 255, [1, size, size, 3]))), layers: {} };
}

await useCPU();
const golden = {
  blazeface: await graph("blazeface", 256, 1, 1), facemesh: await graph("facemesh", 192, 2, 1),
  faceres: await graph("faceres", 224, 3, 255),
  age: await faceapi("ageGenderNet", 112, 4, (o) => ({ age: sample(o.age.reshape([1, 1])), gender: sample(o.gender) })),
  "face-recognition": await faceapi("faceRecognitionNet", 150, 5, (o) => ({ embedding: sample(o) })),
};
const target = new URL("../vision/models/testdata/golden.json", import.meta.url);
fs.mkdirSync(new URL(".", target), { recursive: true });
fs.writeFileSync(target, `${JSON.stringify(golden, null, 1)}\n`);
