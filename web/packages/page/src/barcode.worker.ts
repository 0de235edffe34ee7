// Reads barcodes beside the page. The reader is WebAssembly, which the policy of the page forbids and that of this file
// allows (api/page): a worker has no part of the page, and none of its storage for the session.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import program from "zxing-wasm/reader/zxing_reader.wasm?url";

prepareZXingModule({ overrides: { locateFile: () => new URL(program, import.meta.url).href } });

addEventListener("message", ({ data }: MessageEvent<ImageData>) => {
  readBarcodes(data, { formats: ["PDF417"], tryHarder: true, maxNumberOfSymbols: 1 }).then(
    (found) => postMessage(found.length > 0),
    () => postMessage(null),
  );
});
