// Generates the types of the API client from the OpenAPI document. `--check` fails if the committed file differs.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const document = new URL("../../api/openapi.yaml", import.meta.url);
const target = new URL("../packages/client/src/schema.gen.ts", import.meta.url);

const heading = "// Generated from api/openapi.yaml by `npm run types`. Do not change it by hand.\n\n";
const types = astToString(await openapiTS(document, { alphabetize: true, exportType: true }));
// "Other members are null" has no counterpart in TypeScript: as an index signature it would forbid the named members.
const text = heading + types.replaceAll(/ & \{\s*\[key: string\]: null;\s*\}/g, "");

if (process.argv.includes("--check")) {
  if ((await readFile(target, "utf8")) !== text) {
    console.error("types: packages/client/src/schema.gen.ts is not that of api/openapi.yaml; run `make web`");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
