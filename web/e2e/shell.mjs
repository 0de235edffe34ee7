// A shell that runs the blocks of a document one after the other, as a reader pastes them.
import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * prelude lets an answer with an error fail, as a reader would see it. It puts the built programs in the place of those
 * that a document has its reader build, and runs `go run` in the repository.
 */
const prelude = `
set -eu -o pipefail
curl() { command curl --fail-with-body "$@"; }
go() {
  if [ "$1" = build ]; then mkdir -p bin && ln -sf "$BINARIES"/stile* bin/
  else (cd "$REPOSITORY" && command go "$@"); fi
}
`;

const mark = "-- end of the block --";

/** startShell starts bash in a folder. `end` also ends the programs that its blocks have left running. */
export function startShell(cwd, env) {
  // Detached, it leads a group of processes.
  const bash = spawn("bash", ["-s"], { cwd, env, detached: true });
  let out = "", log = "", ended = false;
  const heard = new Set();
  const hear = () => heard.forEach((listen) => listen());
  bash.stdout.setEncoding("utf8").on("data", (text) => (out += text, hear()));
  bash.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  bash.stdin.on("error", () => {}); // it has ended, which is told below
  const closed = once(bash, "close");
  bash.on("exit", () => (ended = true, hear()));
  bash.stdin.write(prelude);

  /** until waits for a text in the output that has not been taken, and takes all up to its end. */
  const until = (pattern, block) => new Promise((resolve, reject) => {
    const listen = () => {
      const found = pattern.exec(out);
      if (!found && !ended) return;
      heard.delete(listen);
      if (!found) return reject(new Error(`the shell ended${block ? ` in\n${block}` : ""}\n${out}\n${log}`));
      const taken = out.slice(0, found.index + found[0].length);
      out = out.slice(taken.length);
      return resolve(taken);
    };
    heard.add(listen);
    listen();
  });

  return {
    until,

    /** run runs a block, and returns its output. A command that fails ends the shell, and the block. */
    async run(block) {
      bash.stdin.write(`{\n${block}\n} </dev/null\nprintf '%s\\n' '${mark}'\n`);
      return (await until(new RegExp(`${mark}\n`), block)).replace(`${mark}\n`, "");
    },

    async end() {
      process.kill(-bash.pid, "SIGKILL");
      await closed;
    },
  };
}
