import { t } from "@stile/i18n";
import { Button } from "@stile/ui";
import type { Prompt } from "./face_run.ts";

/** Shown is a prompt on the screen: the number of its step of all, and the colour that fills the screen. */
export interface Shown {
  prompt: Prompt;
  step: number | null;
  color: string | null;
}

/** shapes are the paths of arrows in a square of 48. The camera is shown as a mirror, so left is at the left. */
const shapes: Partial<Record<Prompt, string>> = {
  left: "M40 24H10M22 12L10 24l12 12", right: "M8 24h30M26 12l12 12-12 12", up: "M24 40V10M12 22l12-12 12 12",
};

/** Prompted shows a prompt as text and arrow, and has screen readers say it. */
export function Prompted({ shown: { prompt, step }, steps }: { shown: Shown; steps: number }) {
  const shape = shapes[prompt];
  return (
    <div class="prompt">
      <svg viewBox="0 0 48 48" aria-hidden="true" focusable="false" class={`arrow arrow-${prompt}`}>
        {shape ? <path d={shape} /> : <circle cx="24" cy="24" r="9" />}
      </svg>
      <p role="status">{t(`face.prompt.${prompt}`)}</p>
      {step !== null && <p class="meaning">{t("face.step", { step, steps })}</p>}
    </div>
  );
}

/** Colour fills the screen with a colour, with a button that ends it. */
export function Colour({ color, stop }: { color: string; stop: () => void }) {
  return (
    <div class="colour" data-color={color} style={{ backgroundColor: color }}>
      <div class="colour-text">
        <p>{t("face.prompt.colours")}</p>
        <Button onPress={stop}>{t("face.stop")}</Button>
      </div>
    </div>
  );
}
