// Generates the types of the pages' API client and of @stile/node from the OpenAPI document. `--check` fails if a
// committed file differs.
import { readFile, writeFile } from "node:fs/promises";
import { load } from "js-yaml";
import openapiTS, { astToString } from "openapi-typescript";

const document = new URL("../../api/openapi.yaml", import.meta.url);
const heading = "// Generated from api/openapi.yaml by `npm run types`. Do not change it by hand.\n\n";
const read = async () => load(await readFile(document, "utf8"));

await put("../packages/client/src/schema.gen.ts", await read());
await put("../../sdk/node/src/schema.gen.ts", forMerchants(await read()));

async function put(name, api) {
  const target = new URL(name, import.meta.url);
  const types = astToString(await openapiTS(api, { alphabetize: true, exportType: true }));
  // "Other members are null" has no counterpart in TypeScript: as an index signature it would forbid the named members.
  const text = heading + types.replaceAll(/ & \{\s*\[key: string\]: null;\s*\}/g, "");
  if (!process.argv.includes("--check")) {
    await writeFile(target, text);
  } else if ((await readFile(target, "utf8")) !== text) {
    console.error(`types: ${target.pathname} is not that of api/openapi.yaml; run \`make web\``);
    process.exitCode = 1;
  }
}

/** forMerchants returns the operations that take a secret key, with successful answers alone and without headers. */
function forMerchants(api) {
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (!operation.responses) continue; // the path's parameters
      const security = operation.security ?? api.security;
      if (!security.some((one) => "secretKey" in one)) delete item[method];
      else operation.responses = successes(operation.responses, api.components.responses);
    }
    if (!Object.values(item).some((one) => one.responses)) delete api.paths[path];
  }
  return reachable(api);
}

function successes(responses, shared) {
  const kept = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  return Object.fromEntries(kept.map(([status, response]) => {
    const { headers, ...rest } = response.$ref ? shared[response.$ref.split("/").at(-1)] : response;
    return [status, rest];
  }));
}

/** reachable removes the components to which nothing leads but the codes of errors, of which no answer is left. */
function reachable(api) {
  const { ErrorCode, ErrorType } = api.components.schemas;
  const found = new Set();
  const walk = (value) => {
    if (typeof value !== "object" || value === null) return;
    if (value.$ref && !found.has(value.$ref)) {
      found.add(value.$ref);
      const [, , kind, name] = value.$ref.split("/");
      walk(api.components[kind][name]);
    }
    Object.values(value).forEach(walk);
  };
  walk(api.paths);
  const components = Object.entries(api.components).map(([kind, all]) => {
    const kept = Object.entries(all).filter(([name]) => found.has(`#/components/${kind}/${name}`));
    return [kind, Object.fromEntries(kept)];
  });
  api.components = Object.fromEntries(components);
  Object.assign(api.components.schemas, { ErrorCode, ErrorType });
  return api;
}
