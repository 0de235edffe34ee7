// Draws the Mermaid diagrams of docs as docs/diagrams/HASH.svg, where HASH begins the SHA-256 of a diagram's text, and
// deletes those of texts that are gone. Run it after a change of a diagram, with the packages of web installed and
// Chromium in the PATH: node scripts/diagrams.mjs
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Mermaid (MIT) draws the diagrams on a forge, too. Only this script fetches it, because it has 26 MB.
const version = "12.3.0";
const integrity = "4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "docs/diagrams");

/** fetchMermaid returns the source of Mermaid for a browser, from the npm registry. */
function fetchMermaid() {
  const download = mkdtempSync(join(tmpdir(), "stile-mermaid-"));
  try {
    execFileSync("npm", ["pack", "--silent", `mermaid@${version}`], { cwd: download });
    const [tarball] = readdirSync(download);
    const found = createHash("sha512").update(readFileSync(join(download, tarball))).digest("base64");
    if (found !== integrity) throw new Error(`mermaid ${version} has the digest ${found}`);
    execFileSync("tar", ["xzf", tarball, "package/dist/mermaid.min.js"], { cwd: download });
    return readFileSync(join(download, "package/dist/mermaid.min.js"), "utf8");
  } finally {
    rmSync(download, { recursive: true });
  }
}

/** texts returns the diagrams of the documents by the names of their files. */
function texts() {
  const found = new Map();
  for (const name of readdirSync(join(root, "docs"), { recursive: true }).filter((name) => name.endsWith(".md"))) {
    for (const [, text] of readFileSync(join(root, "docs", name), "utf8").matchAll(/^```mermaid\n([^]*?)^```$/gm)) {
      found.set(`${createHash("sha256").update(text).digest("hex").slice(0, 16)}.svg`, text);
    }
  }
  return found;
}

/**
 * scheme returns a drawing for light and dark: Mermaid draws in grey on white, so that the dark drawing is its inverse.
 * The group keeps the ground, which the drawing's own rules do not know, out of the inversion.
 */
function scheme(svg) {
  const [, root, content] = /^(<svg [^>]*>)([^]*)<\/svg>$/.exec(svg);
  const rules = ":root{color-scheme:light dark;background:light-dark(#fff,#14161a)}"
    + "@media (prefers-color-scheme:dark){.drawing{filter:invert(0.88)}}";
  return `${root}<style>${rules}</style><g class="drawing">${content}</g></svg>`;
}

const { chromium } = createRequire(join(root, "web/package.json"))("playwright-core");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"],
});
const page = await browser.newPage();
await page.addScriptTag({ content: fetchMermaid() });
await page.evaluate(() => mermaid.initialize({
  startOnLoad: false, theme: "neutral", deterministicIds: true, htmlLabels: false, flowchart: { htmlLabels: false },
  fontFamily: "system-ui, sans-serif",
}));
const wanted = texts();
for (const [name, text] of wanted) {
  const { svg } = await page.evaluate(([id, text]) => mermaid.render(id, text), [`d${name.slice(0, 8)}`, text]);
  writeFileSync(join(folder, name), `${scheme(svg)}\n`);
}
for (const name of readdirSync(folder)) if (!wanted.has(name)) rmSync(join(folder, name));
await browser.close();
