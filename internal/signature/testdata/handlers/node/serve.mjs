// Serves a handler that the documentation prints for Node, and says on which port. Node before 23 reads no TypeScript:
// the two places that are more than JavaScript are taken out.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

let source = readFileSync(process.argv[2], "utf8");
for (const [typed, plain] of [["STILE_WEBHOOK_SECRET!", "STILE_WEBHOOK_SECRET"], ["(req: Request)", "(req)"]]) {
  if (!source.includes(typed)) throw new Error(`no ${typed} in the handler`);
  source = source.replace(typed, plain);
}
const { POST } = await import("data:text/javascript," + encodeURIComponent(source));

const server = createServer(async (incoming, outgoing) => {
  try {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const answer = await POST(new Request("http://localhost" + incoming.url, {
      method: incoming.method,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    }));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(await answer.text());
  } catch (err) {
    outgoing.writeHead(500);
    outgoing.end(String(err));
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
