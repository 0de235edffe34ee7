import { ApiError, followSharingLink, readSharingLink, type SharingLink } from "@stile/client";
import { useLocale } from "@stile/flow/hooks.ts";
import { Loading } from "@stile/flow/screens/waiting.tsx";
import { longDate, t } from "@stile/i18n";
import { Actions, Button, Notice, Panel } from "@stile/ui";
import { useEffect, useState } from "preact/hooks";
import { Lost } from "./lost.tsx";

/**
 * Sharing is the page behind the links of a mail about a shared verification. Only its button revokes, because previews
 * of links and scanners of mailboxes load the page as well.
 */
export function Sharing({ token }: { token: string | null }) {
  useLocale();
  const [link, setLink] = useState<SharingLink | null>(null);
  const [invalid, setInvalid] = useState(token === null);
  const [lost, setLost] = useState(false);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);

  /** call sends a request for the link and shows the answer. It reports whether there was one. */
  async function call(send: (token: string) => Promise<SharingLink>): Promise<boolean> {
    if (token === null) return false;
    setBusy(true);
    try {
      setLink(await send(token));
      setLost(false);
      return true;
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 400;
      setInvalid(refused);
      setLost(!refused);
      return false;
    } finally {
      setBusy(false);
    }
  }

  const look = () => void call(readSharingLink);
  async function revoke(): Promise<void> {
    if (await call(followSharingLink)) setDone(true);
  }

  useEffect(look, []);
  if (invalid) return <Invalid />;
  if (!link) return lost ? <Lost name="sharing-lost" busy={busy} retry={look} /> : <Loading />;
  if (done) return <Done link={link} />;
  if (!link.open) return <Closed link={link} />;
  const { scope, organization } = link;
  return (
    <Panel name={`sharing-${scope}`} title={t(`sharing.${scope}.title`, { organization })}>
      <p>{t("sharing.used", { organization, date: longDate(new Date(link.granted_at)) })}</p>
      <p>{t(`sharing.${scope}.text`, { organization })}</p>
      {lost && <Notice kind="error">{t("problem.service.text")}</Notice>}
      <Actions>
        <Button kind="primary" busy={busy} onPress={() => void revoke()}>{t(`sharing.${scope}.action`)}</Button>
      </Actions>
    </Panel>
  );
}

function Done({ link: { scope, organization } }: { link: SharingLink }) {
  return (
    <Panel name="sharing-done" title={t(`sharing.${scope}.done.title`)} icon="done">
      <p>{t(`sharing.${scope}.done.text`, { organization })}</p>
    </Panel>
  );
}

/** Closed explains a link that was used, or whose subject has ended otherwise. */
function Closed({ link: { scope, organization } }: { link: SharingLink }) {
  return (
    <Panel name="sharing-closed" title={t("sharing.closed.title")} icon="done">
      <p>{t(`sharing.${scope}.closed`, { organization })}</p>
      <p>{t("sharing.closed.once")}</p>
    </Panel>
  );
}

function Invalid() {
  return (
    <Panel name="sharing-invalid" title={t("problem.link.title")} icon="stop">
      <p>{t("sharing.invalid")}</p>
    </Panel>
  );
}
