import { defineWidget } from "./widget.ts";

// A module script has no currentScript.
const script = (document.currentScript ?? document.querySelector('script[src*="/v1/stile.js"]')) as
  HTMLScriptElement | null;

defineWidget(script ? { apiUrl: new URL("..", script.src).href } : {});
