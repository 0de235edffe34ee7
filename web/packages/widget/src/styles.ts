/**
 * adopt gives a document or a shadow root a style sheet that a `style-src` without 'unsafe-inline' allows. It returns
 * the function that takes it away. Safari before 16.4 cannot; there a style element stands in.
 */
export function adopt(root: Document | ShadowRoot, css: string): () => void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return () => (root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet));
  } catch {
    const style = document.createElement("style");
    style.textContent = css;
    (root instanceof Document ? root.head : root).append(style);
    return () => style.remove();
  }
}

/** styles are those of the elements and of the modal dialog. Chrome before 108 does not know `dvh`. */
export const styles = `
:host { display: inline-block; --_accent: var(--stile-accent, #1a56db); --_ink: var(--stile-on-accent, #fff) }
:host([hidden]) { display: none }
:host([mode=inline]) { display: block }
[hidden] { display: none !important }
button { font: inherit; cursor: pointer; min-height: 44px }
.verify { font-weight: 600; padding: .5em 1.25em; border: 1px solid transparent; border-radius: .5em;
  background: var(--_accent); color: var(--_ink) }
.verify:disabled { opacity: .55; cursor: not-allowed }
.verify[aria-busy=true] { opacity: .7; cursor: progress }
:host([verified]) .verify { background: #17663a; color: #fff; opacity: 1 }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px }
.message { margin: .5em 0 0 }
.message:empty { display: none }
.frame { position: relative; display: grid; overflow: hidden; min-height: 0 }
:host([mode=inline]) .frame { height: var(--stile-height, var(--_height, 44rem)); border-radius: .75rem }
iframe { border: 0; width: 100%; height: 100% }
.state { position: absolute; inset: 0; display: grid; place-content: center; padding: 1.5rem; text-align: center;
  font: 1rem/1.5 system-ui, sans-serif; pointer-events: none }
dialog { box-sizing: border-box; padding: 0; border: 0; border-radius: 1rem; color-scheme: light dark;
  width: min(32rem, 100vw); max-width: 100vw; height: min(48rem, 100vh); height: min(48rem, 100dvh);
  max-height: 100vh; max-height: 100dvh; overflow: hidden;
  background: #f6f7f9; color: #16191d }
dialog[open] { display: grid }
dialog::backdrop { background: rgb(0 0 0 / .55) }
.window { display: grid; grid-template-rows: auto minmax(0, 1fr); min-height: 0 }
.close { justify-self: end; width: 44px; margin: .25rem; border: 0; border-radius: .5rem; background: none;
  color: inherit; font: 1.5rem/1 system-ui, sans-serif }
.body { display: grid; min-height: 0; overflow: auto }
@media (prefers-color-scheme: dark) { dialog { background: #101317; color: #eef1f5 } }
@media (max-width: 32rem) { dialog { border-radius: 0; height: 100vh; height: 100dvh } }
`;
