import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * Panel is one screen: a heading, which takes the focus so that a screen reader reads it, and its content. Inside
 * of an element with `data-quiet` it does not: there it is a part of a page that the user has not turned to yet.
 */
export function Panel(given: { title: string; name: string; icon?: Icon; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!heading.current?.closest("[data-quiet]")) heading.current?.focus({ preventScroll: true });
  }, [given.name]);
  return (
    <section class="panel" data-screen={given.name} aria-labelledby="stile-title">
      {given.icon && <Mark icon={given.icon} />}
      <h1 id="stile-title" tabIndex={-1} ref={heading}>{given.title}</h1>
      {given.children}
    </section>
  );
}

export type Icon = "done" | "stop" | "wait" | "phone";

/** shapes are the paths of the icons, in a square of 48. */
const shapes: Record<Icon, string> = {
  done: "M13 25l8 8 15-17",
  stop: "M24 13v14M24 34v1",
  wait: "M24 6a18 18 0 0 1 18 18",
  phone: "M17 8h14a2 2 0 0 1 2 2v28a2 2 0 0 1-2 2H17a2 2 0 0 1-2-2V10a2 2 0 0 1 2-2zM23 35h2",
};

/** Mark is the picture above a heading. It says nothing that the heading does not. */
function Mark({ icon }: { icon: Icon }) {
  return (
    <svg class={`mark mark-${icon}`} viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      {icon !== "phone" && <circle cx="24" cy="24" r="18" />}
      <path d={shapes[icon]} />
    </svg>
  );
}

/** Button takes no press while it is busy, nor sends its form. */
export function Button(given: {
  children: ComponentChildren;
  kind?: "primary" | "plain" | "link";
  busy?: boolean;
  disabled?: boolean;
  submit?: boolean;
  onPress?: () => void;
}) {
  return (
    <button
      type={given.submit ? "submit" : "button"}
      class={`button button-${given.kind ?? "plain"}`}
      disabled={given.disabled}
      aria-busy={given.busy ? "true" : undefined}
      aria-disabled={given.busy ? "true" : undefined}
      onClick={(event) => (given.busy ? event.preventDefault() : given.onPress?.())}
    >
      {given.children}
    </button>
  );
}

/** Actions are the buttons of a screen, the main one first. */
export function Actions(given: { children: ComponentChildren }) {
  return <div class="actions">{given.children}</div>;
}

/** Notice is a message that a screen reader speaks as it appears. */
export function Notice(given: { kind: "error" | "info"; children: ComponentChildren; id?: string }) {
  return (
    <p class={`notice notice-${given.kind}`} role={given.kind === "error" ? "alert" : "status"} id={given.id}>
      {given.children}
    </p>
  );
}

/**
 * Field is a line of text with its label. It runs from the left in every language unless `keys` is "text". `hint` is
 * the id of a description.
 */
export function Field(given: {
  name: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** keys is the keyboard that a phone shows; "text" is for words, such as a name. */
  keys: "email" | "numeric" | "tel" | "text";
  autocomplete: string;
  /** error is the id of the message about a fault; undefined without one. */
  error?: string | undefined;
  hint?: string;
  /** invalid reports whether the value is the fault. Default: if there is an error. */
  invalid?: boolean;
}) {
  const { error, invalid = error !== undefined } = given;
  return (
    <label class="field">
      <span>{given.label}</span>
      <input
        name={given.name}
        inputMode={given.keys}
        autocomplete={given.autocomplete}
        dir={given.keys === "text" ? "auto" : "ltr"}
        value={given.value}
        aria-invalid={invalid ? "true" : undefined}
        aria-describedby={error ?? given.hint}
        onInput={(event) => given.onChange(event.currentTarget.value)}
      />
    </label>
  );
}

export function Check(given: {
  children: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** error is the id of the message of an error, hint that of a further text about the box. */
  error?: string | undefined;
  hint?: string | undefined;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={given.checked}
        aria-invalid={given.error ? "true" : undefined}
        aria-describedby={given.error ?? given.hint}
        onChange={(event) => given.onChange(event.currentTarget.checked)}
      />
      <span>{given.children}</span>
    </label>
  );
}
