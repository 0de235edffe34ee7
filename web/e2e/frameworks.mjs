// The examples of docs/widget.md in React, Vue and Svelte. The frameworks are there for this alone.
import { symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { blocksOf } from "./harness.mjs";

/** link puts the frameworks of this workspace into the node_modules of a merchant's folder. */
export function link(modules) {
  const frameworks = ["react", "react-dom", "vue", "svelte"];
  const source = (name) => fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url));
  return Promise.all(frameworks.map((name) => symlink(source(name), join(modules, name))));
}

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
  const [example] = await blocksOf("docs/widget.md", language);
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
