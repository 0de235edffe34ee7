// Writes vision/nn/testdata/onnx.json: the results of onnxruntime for the graphs of the tests of vision/nn:
//
//   mkdir -p bin/onnx && npm install --prefix bin/onnxruntime --ignore-scripts onnxruntime-node@1.30.0
//   go test ./vision/nn -run ONNXRuntime -onnx-files "$PWD/bin/onnx"; node scripts/onnx-golden.mjs bin/onnx
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(new URL("../bin/onnxruntime/package.json", import.meta.url));
const ort = require("onnxruntime-node");

const folder = process.argv[2];
const picture = Float32Array.from({ length: 4 * 7 * 6 }, (_, i) => Math.fround(Math.fround(((i * 37) % 101) / 50) - 1));
const golden = {};
for (const name of fs.readdirSync(folder).sort()) {
  const session = await ort.InferenceSession.create(path.join(folder, name));
  const { y } = await session.run({ x: new ort.Tensor("float32", picture, [1, 4, 7, 6]) });
  golden[name.replace(/\.onnx$/, "")] = {
    shape: y.dims, values: [...y.data].map((v) => Number(v.toPrecision(8))),
  };
}
const target = new URL("../vision/nn/testdata/onnx.json", import.meta.url);
fs.mkdirSync(new URL(".", target), { recursive: true });
fs.writeFileSync(target, `${JSON.stringify(golden)}\n`);
