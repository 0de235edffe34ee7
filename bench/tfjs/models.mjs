// The models of faces in TensorFlow.js and face-api, for `go run ./bench -only faces` and scripts/face-golden.mjs:
// packages from bin/tfjs (scripts/ensure-tfjs), models from bin/models (scripts/ensure-models).
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const packages = new URL("../../bin/tfjs/", import.meta.url);
const folder = new URL("../../bin/models/", import.meta.url);
const require = createRequire(new URL("package.json", packages));

export const tf = require("@tensorflow/tfjs");

/** useCPU selects the backend in plain JavaScript. */
export const useCPU = () => tf.setBackend("cpu");

/** useWasm selects the backend in WebAssembly, with vector instructions, on one thread. */
export async function useWasm() {
  const wasm = require("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(`${path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  wasm.setThreadsCount(1);
  await tf.setBackend("wasm");
  await tf.ready();
  if (tf.getBackend() !== "wasm" || !(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) {
    throw new Error("TensorFlow.js has no backend in WebAssembly with vector instructions here");
  }
}

/** noise returns numbers from 0 to scale by xorshift32, for the input of a model. */
export function noise(seed, scale, shape) {
  const numbers = new Float32Array(shape.reduce((size, n) => size * n));
  let s = seed;
  for (let i = 0; i < numbers.length; i++) {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    numbers[i] = Math.fround((s >>> 0) / 4294967296) * scale;
  }
  return tf.tensor(numbers, shape);
}

/** loadGraph returns a graph model, and its model.json. */
export async function loadGraph(name) {
  const file = JSON.parse(fs.readFileSync(new URL(`${name}.json`, folder)));
  const shards = file.weightsManifest.flatMap((group) => group.paths);
  const bytes = Buffer.concat(shards.map((shard) => fs.readFileSync(new URL(shard, folder))));
  const model = await tf.loadGraphModel({
    load: async () => ({
      modelTopology: file.modelTopology, format: file.format, signature: file.signature,
      weightSpecs: file.weightsManifest.flatMap((group) => group.weights), weightData: new Uint8Array(bytes).buffer,
    }),
  });
  return { model, file };
}

/** loadNet returns a network of face-api, such as ageGenderNet. */
export async function loadNet(name) {
  const { nets } = require("@vladmandic/face-api/dist/face-api.node-wasm.js");
  await nets[name].loadFromDisk(folder.pathname);
  return nets[name];
}
