// How Go tests drive the programs of the test wallet: by JSON over HTTP on the loopback.
import { createServer } from "node:http";

/** base64 converts bytes from and to the base64url of the control. */
export const base64 = {
  encode: (bytes) => Buffer.from(bytes).toString("base64url"),
  decode: (text) => new Uint8Array(Buffer.from(text, "base64url")),
};

async function answer(routes, request, response) {
  let body = "";
  for await (const part of request) body += part;
  const route = routes[request.url];
  const [status, result] = route
    ? await route(JSON.parse(body)).then(
      (value) => [200, value], (error) => [422, { error: `${error.name}: ${error.message}` }],
    )
    : [404, { error: "no such route" }];
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(result ?? {}));
}

/**
 * serve answers POST requests to the routes, functions from the JSON of a request to that of its answer, and prints one
 * JSON line with the address and the facts. An error of a route is answered by 422. It ends when its input ends.
 */
export function serve(routes, facts) {
  const server = createServer((request, response) => void answer(routes, request, response));
  server.listen(0, "127.0.0.1", () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}`, ...facts }));
  });
  process.stdin.on("end", () => process.exit()).resume();
}
