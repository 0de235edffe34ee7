// The examples of docs/widget.md in React, Vue and Svelte. The frameworks are installed beside the package for this
// alone: they are no dependency of ours.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

/** versions are those that the examples are tested with. */
export const versions = ["react@19.3.1", "react-dom@19.3.1", "vue@3.5.45", "svelte@5.57.3"];

const mains = {
  jsx: `
    import { createElement } from "react";
    import { createRoot } from "react-dom/client";
    import { Checkout } from "./checkout.jsx";
    createRoot(document.querySelector("#app")).render(createElement(Checkout, { onVerified }));`,
  vue: `
    import { createApp } from "vue";
    import Checkout from "./checkout.vue";
    createApp(Checkout, { onVerified }).mount("#app");`,
  svelte: `
    import { mount } from "svelte";
    import Checkout from "./checkout.svelte";
    mount(Checkout, { target: document.querySelector("#app"), props: { onVerified } });`,
};

/** write puts the example of a language (jsx, vue, svelte) into a folder, and returns the name of its main module. */
export async function write(folder, language) {
  const text = await readFile(new URL("../../docs/widget.md", import.meta.url), "utf8");
  const [, example] = new RegExp(`\`\`\`${language}\n([^\`]+)\`\`\``).exec(text);
  await writeFile(join(folder, `checkout.${language}`), example);
  const name = `main-${language}.js`;
  await writeFile(join(folder, name), `
    import { configure } from "@stile/widget";
    configure({ apiUrl: API });
    const onVerified = (id) => (window.proved = id);
    ${mains[language]}
    window.ready = true;`);
  return name;
}

/** compilers returns the Vite plugins of a folder's Vue and Svelte, without more than their compilers. */
export function compilers(folder) {
  const load = createRequire(join(folder, "package.json"));
  return [
    {
      name: "vue",
      transform(code, id) {
        if (!id.endsWith(".vue")) return null;
        const { parse, compileScript } = load("vue/compiler-sfc");
        const isCustomElement = (tag) => tag.startsWith("stile-");
        const script = compileScript(parse(code, { filename: id }).descriptor, {
          id: "example", inlineTemplate: true, templateOptions: { compilerOptions: { isCustomElement } },
        });
        return { code: script.content, map: null, moduleType: "js" };
      },
    },
    {
      name: "svelte",
      transform(code, id) {
        if (!id.endsWith(".svelte")) return null;
        const { compile } = load("svelte/compiler");
        return { code: compile(code, { filename: id, css: "external" }).js.code, map: null, moduleType: "js" };
      },
    },
  ];
}
