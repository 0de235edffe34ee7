// Writes vision/models/testdata/golden.json: outputs and layers of the models of faces, computed by TensorFlow.js and
// face-api for inputs from a seed. It needs the packages in a folder, and the models in bin/models:
//
//   npm install --prefix bin/tfjs --ignore-scripts @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 \
//     @vladmandic/face-api@1.7.15
//   node scripts/face-golden.mjs bin/tfjs
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const packages = path.resolve(process.argv[2] ?? "bin/tfjs");
const require = createRequire(path.join(packages, "package.json"));
const tf = require("@tensorflow/tfjs");
const models = new URL("../bin/models/", import.meta.url);

// noise returns numbers from 0 to 1 by xorshift32.
function noise(seed, count) {
  const numbers = new Float32Array(count);
  let s = seed;
  for (let i = 0; i < count; i++) {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    numbers[i] = (s >>> 0) / 4294967296;
  }
  return numbers;
}

// sample returns the shape of a tensor and at most 64 of its numbers, at even distances.
function sample(tensor) {
  const data = tensor.dataSync();
  const step = Math.ceil(data.length / 64) | 1; // odd, so that it visits all channels
  const values = [];
  for (let i = 0; i < data.length; i += step) values.push(Number(data[i].toPrecision(8)));
  return { shape: tensor.shape, step, values };
}

async function graph(name, size, seed, scale) {
  const file = JSON.parse(fs.readFileSync(new URL(`${name}.json`, models)));
  const shards = file.weightsManifest.flatMap((g) => g.paths);
  const bytes = Buffer.concat(shards.map((p) => fs.readFileSync(new URL(p, models))));
  const model = await tf.loadGraphModel({
    load: async () => ({
      modelTopology: file.modelTopology, format: file.format, signature: file.signature,
      weightSpecs: file.weightsManifest.flatMap((g) => g.weights), weightData: new Uint8Array(bytes).buffer,
    }),
  });
  const nodes = file.modelTopology.node.filter((n) => !["Const", "Placeholder", "Identity"].includes(n.op));
  const layers = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => nodes[Math.floor((i * (nodes.length - 1)) / 8)].name);
  const outputs = file.signature
    ? Object.entries(file.signature.outputs).map(([key, o]) => [key.replace(/:0$/, ""), o.name])
    : model.outputNodes.map((n) => [n, n]);
  const x = tf.tensor(noise(seed, size * size * 3).map((v) => Math.fround(v * scale)), [1, size, size, 3]);
  const take = (list) => {
    const got = model.execute(x, list.map(([, node]) => node));
    return Object.fromEntries(list.map(([key], i) => [key, sample(Array.isArray(got) ? got[i] : got)]));
  };
  return { seed, scale, outputs: take(outputs), layers: take(layers.map((n) => [n, n])) };
}

async function faceapi(net, prefix, size, seed, outputs) {
  await net.loadFromDisk(models.pathname);
  const x = tf.tensor(noise(seed, size * size * 3).map((v) => Math.fround(v * 255)), [1, size, size, 3]);
  return { seed, scale: 255, outputs: outputs(await net.forward(x)), layers: {} };
}

await tf.setBackend("cpu");
const golden = {
  blazeface: await graph("blazeface", 256, 1, 1), facemesh: await graph("facemesh", 192, 2, 1),
  faceres: await graph("faceres", 224, 3, 255),
};
const api = require("@vladmandic/face-api/dist/face-api.node-wasm.js");
await api.tf.setBackend("cpu");
golden.age = await faceapi(api.nets.ageGenderNet, "age_gender_model", 112, 4, (o) => ({
  age: sample(o.age.reshape([1, 1])), gender: sample(o.gender),
}));
golden["face-recognition"] = await faceapi(api.nets.faceRecognitionNet, "face_recognition_model", 150, 5, (o) => ({
  embedding: sample(o),
}));
const target = new URL("../vision/models/testdata/golden.json", import.meta.url);
fs.mkdirSync(new URL(".", target), { recursive: true });
fs.writeFileSync(target, `${JSON.stringify(golden, null, 1)}\n`);
