import type { MethodView, Submission } from "@stile/client";
import { t, tOr } from "@stile/i18n";
import { Button, Notice, Panel } from "@stile/ui";
import { useState } from "preact/hooks";
import { Series } from "../capture/series.tsx";
import type { Picture, Sent } from "../capture/shot.ts";
import { adviceOf } from "../reason.tsx";
import { keep, takeKept } from "./kept.ts";
import type { MethodScreenProps } from "./registry.ts";
import { againOf, shotsOf, typesOf } from "./sides.ts";

/**
 * DocumentCapture asks for the type of the document where there is a choice, and takes the pictures of its sides. After
 * an attempt that asks for another picture it takes that one, says what to do better, and sends the others again.
 */
export default function DocumentCapture({ flow, view, method }: MethodScreenProps) {
  const [before] = useState(() => takeKept(flow));
  const types = typesOf(method);
  const codes = (method.last_attempt?.reasons ?? []).map(({ code }) => String(code));
  const [type, setType] = useState<string | null>(() => chosenBefore(method, before?.type) ?? only(types));
  const [kept, setKept] = useState<readonly Picture[]>(() => {
    const again = againOf(codes);
    return type === before?.type ? before?.pictures.filter(({ name }) => again && !again.includes(name)) ?? [] : [];
  });
  if (type === null && types.length > 1) return <TypeChoice types={types} choose={setType} />;

  const submission = (pictures: readonly Sent[]) => ({
    ...Object.fromEntries(pictures.map(({ name, id }) => [name, id])), ...(type !== null && { document_type: type }),
  } as Submission);
  const advice = adviceOf(method);
  const note = (
    <>
      {before && advice && <Notice kind="info">{advice}</Notice>}
      {kept.length > 0 && <p>{t("document.kept")}</p>}
    </>
  );
  const change = () => {
    setKept([]);
    setType(null);
  };
  return (
    <Series
      key={type}
      flow={flow}
      view={view}
      method={method}
      shots={shotsOf(type, view.jurisdiction)}
      kept={kept}
      submission={submission}
      sending={(pictures) => keep(flow, { type, pictures })}
      note={note}
    >
      {types.length > 1 && <Button kind="link" onPress={change}>{t("document.other")}</Button>}
    </Series>
  );
}

/** chosenBefore returns the type that the user has chosen for the attempt before, unless the verdict was about it. */
function chosenBefore({ last_attempt: last }: MethodView, type: string | null | undefined): string | null {
  return last?.reasons[0]?.action === "use_another_document" ? null : type ?? null;
}

function only(types: readonly string[]): string | null {
  return types.length === 1 ? types[0]! : null;
}

/** TypeChoice asks which document the user has. */
function TypeChoice({ types, choose }: { types: readonly string[]; choose: (type: string) => void }) {
  return (
    <Panel name="method-document_capture" title={t("document.title")}>
      <ul class="methods">
        {types.map((type) => <li key={type}><TypeButton type={type} choose={choose} /></li>)}
      </ul>
    </Panel>
  );
}

function TypeButton({ type, choose }: { type: string; choose: (type: string) => void }) {
  const sides = shotsOf(type, null).length === 1 ? "page" : "both";
  return (
    <button type="button" class="method" onClick={() => choose(type)}>
      <span class="method-name">{tOr(`document.type.${type}`, type)}</span>
      <span class="method-hint">{t(`document.sides.${sides}`)}</span>
    </button>
  );
}
