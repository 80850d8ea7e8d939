import { useQuery } from "@tanstack/react-query";
import type { Link } from "@valetkey/client";
import { Eye, Link2, Mail, MoreHorizontal, QrCode as QrIcon, RefreshCw } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button, IconButton } from "../../components/button.tsx";
import { copyText } from "../../components/clipboard.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { describeExpiry } from "../../components/expiry.ts";
import { useFocusBack, useNow } from "../../components/hooks.ts";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { QrCode } from "../../components/qr-code.tsx";
import { Problem } from "../../components/states.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { earliestServiceNow } from "../../service/client.ts";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatDuration, texts } from "../../texts/index.ts";
import { describeEnd, LinkSummary, nameOfLink, useStateNow } from "./describe-link.tsx";
import { LinkReceivers, SendLink } from "./link-receivers.tsx";
import { useRevokeLink, useUpdateLink } from "./links-query.ts";

/** On phones, all buttons of a ticket are in one row. */
const narrow = "max-md:px-2";

type LinkTicketProps = {
  link: Link;
  /** The content below the name, for example the note of the link. */
  place?: ReactNode;
  on?: "surface" | "canvas";
  onEdit: () => void;
  onVisit: () => void;
  /** Makes a link like this one, after this one has ended. */
  onAgain?: (ended: Link) => void;
  editButton?: RefObject<HTMLButtonElement | null>;
  /** Only for a new link: whether its URL is on the clipboard, and whether the ticket shows the QR code. */
  created?: { isCopied: boolean; hasCode: boolean } | undefined;
};

/** Shows a link as a claim ticket, with its content, its remaining life and its counts. */
export function LinkTicket({ link, place, on = "surface", onEdit, onVisit, onAgain, ...rest }: LinkTicketProps) {
  const { created, editButton } = rest;
  const update = useUpdateLink(link);
  const revoke = useRevokeLink(link);
  const [hasCode, setCode] = useState(created?.hasCode === true);
  const [asks, setAsks] = useState<"new-url">();
  const [newUrl, setNewUrl] = useState<{ isCopied: boolean }>();
  const copied = newUrl ?? created;
  const name = nameOfLink(link);
  const state = useStateNow(link);
  const isOff = useQuery(instanceQuery).data?.limits.links.enabled === false;
  const isOpen = state === "live" || state === "used_up";
  const canRevoke = isOpen || state === "closed";
  // While the operator has turned links off, the user can only revoke a link.
  const isUsable = isOpen && !isOff;
  const canEdit = link.canEdit && !isOff && (canRevoke || state === "expired");
  const hasEnded = state === "expired" || state === "revoked";
  // Nobody knows the password of the old link, so the user edits such a link.
  const canRepeat = hasEnded && link.canEdit && !isOff && !link.hasPassword && onAgain !== undefined;

  const canSend = useQuery(instanceQuery).data?.limits.links.sendable === true && canEdit && state === "live";
  const [isSending, setSending] = useState(false);
  const [sentTo, setSentTo] = useState<number>();
  const moreButton = useRef<HTMLButtonElement>(null);
  useFocusBack(moreButton, isSending);

  const ticket = useRef<HTMLDivElement>(null);
  const isNew = created !== undefined;
  useEffect(() => {
    if (isNew) ticket.current?.scrollIntoView({ block: "nearest" });
  }, [isNew]);

  // The pressed button disappears, so the ticket takes the focus.
  useEffect(() => {
    if (revoke.isSuccess) ticket.current?.focus();
  }, [revoke.isSuccess]);
  function closeQuestion(): void {
    setAsks(undefined);
    ticket.current?.focus();
  }
  async function renew(): Promise<void> {
    closeQuestion();
    const renewed = update.mutateAsync({ newUrl: true });
    const isCopied = await copyText(renewed.then(({ url }) => url));
    // The mutation already reports its failure.
    if (await renewed.then(() => true).catch(() => false)) setNewUrl({ isCopied });
  }

  const actions = (
    <div className="flex flex-wrap items-center gap-1">
      {isUsable && (
        <CopyButton text={link.url} label={linkTexts.copyOf(name)} className={`${narrow} max-[380px]:[&_svg]:hidden`} />
      )}
      {canRepeat && (
        <Button aria-label={linkTexts.againOf(name)} onClick={() => onAgain(link)}>
          <Link2 size={16} />
          {linkTexts.again}
        </Button>
      )}
      {canEdit && (
        <Button ref={editButton} kind="quiet" className={narrow} aria-label={linkTexts.editOf(name)} onClick={onEdit}>
          {linkTexts.edit}
        </Button>
      )}
      {canRevoke && (
        <AskInPlace
          label={linkTexts.revoke.action}
          spokenLabel={linkTexts.revoke.of(name)}
          question={linkTexts.revoke.question}
          className={narrow}
          action={{
            isPending: revoke.isPending,
            mutate: () => revoke.mutate(),
          }}
        />
      )}
      {isUsable && (
        <Menu
          trigger={
            <IconButton ref={moreButton} label={linkTexts.moreOf(name)} isDense className="ml-auto">
              <MoreHorizontal size={16} />
            </IconButton>
          }
        >
          {canSend && (
            <MenuItem icon={<Mail size={16} />} onClick={() => setSending(true)}>
              {linkTexts.send.action}
            </MenuItem>
          )}
          <MenuItem icon={<Eye size={16} />} onClick={onVisit}>
            {linkTexts.seeAsVisitor}
          </MenuItem>
          <MenuItem icon={<QrIcon size={16} />} onClick={() => setCode(!hasCode)}>
            {hasCode ? linkTexts.hideCode : linkTexts.showCode}
          </MenuItem>
          {canEdit && (
            <MenuItem icon={<RefreshCw size={16} />} onClick={() => setAsks("new-url")}>
              {linkTexts.newUrl.action}
            </MenuItem>
          )}
        </Menu>
      )}
    </div>
  );

  return (
    <div ref={ticket} tabIndex={-1} className="scroll-my-4 outline-none">
      <Ticket
        on={on}
        isExpired={!isOpen}
        stub={
          <div className="flex flex-col gap-2">
            {state === "revoked" ? (
              <LastUrl expiresAt={link.lastUrlExpiresAt} />
            ) : (
              <End link={{ ...link, state }} isOff={isOff} />
            )}
            {asks === "new-url" ? (
              <AskNewUrl isPending={update.isPending} onConfirm={() => void renew()} onCancel={closeQuestion} />
            ) : (
              (canEdit || canRevoke || canRepeat) && actions
            )}
            {update.isError && <Problem error={update.error} />}
            {revoke.isError && <Problem error={revoke.error} />}
          </div>
        }
      >
        <LinkSummary link={link} name={name} place={place} />
        {isUsable && (copied !== undefined || hasCode) && (
          <LinkUrl url={link.url} name={name} hasCode={hasCode} isCopied={copied?.isCopied} />
        )}
        {canSend && isNew && sentTo === undefined && (
          <Button className="mt-3" onClick={() => setSending(true)}>
            <Mail size={16} />
            {linkTexts.send.action}
          </Button>
        )}
        <p role="status" className={sentTo === undefined ? "sr-only" : "mt-2 text-accent text-small"}>
          {sentTo !== undefined && linkTexts.send.sent(sentTo)}
        </p>
        <LinkReceivers key={sentTo} link={link} isNew={sentTo !== undefined} />
        <p role="status" className="sr-only">
          {copied !== undefined && announcementOf(link, { isNewUrl: newUrl !== undefined, isCopied: copied.isCopied })}
        </p>
      </Ticket>
      <SendLink link={link} isOpen={isSending} onSent={setSentTo} onClose={() => setSending(false)} />
    </div>
  );
}

type AnnouncementOptions = { isNewUrl: boolean; isCopied: boolean };

function announcementOf({ expiresAt, createdAt }: Link, { isNewUrl, isCopied }: AnnouncementOptions): string {
  if (!isCopied) return linkTexts.byHand;
  return isNewUrl
    ? linkTexts.newUrl.copiedAnnouncement
    : linkTexts.copiedAnnouncement(describeExpiry(expiresAt, Date.parse(createdAt)));
}

function End({ link, isOff }: { link: Link; isOff: boolean }) {
  const text = describeEnd(link, { isOff });
  return text === undefined ? null : <p className="text-small">{text}</p>;
}

type AskNewUrlProps = { isPending: boolean; onConfirm: () => void; onCancel: () => void };

function AskNewUrl({ isPending, onConfirm, onCancel }: AskNewUrlProps) {
  return (
    <div className="flex flex-wrap items-center justify-end gap-2">
      <p role="status" className="grow basis-full text-small md:basis-40">
        {linkTexts.newUrl.question}
      </p>
      <Button autoFocus onClick={onCancel}>
        {texts.common.cancel}
      </Button>
      <Button kind="primary" disabled={isPending} onClick={onConfirm}>
        {linkTexts.newUrl.confirm}
      </Button>
    </div>
  );
}

type LinkUrlProps = {
  url: string;
  name: string;
  hasCode: boolean;
  /** Whether a copy succeeded. Undefined before the first copy. */
  isCopied: boolean | undefined;
};

/** Shows the URL of a link as a text that the user can copy, and as a QR code. If the browser refused to copy, the URL is selected. */
function LinkUrl({ url, name, hasCode, isCopied }: LinkUrlProps) {
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another URL must be selected again
  useEffect(() => {
    if (isCopied === false) field.current?.select();
  }, [isCopied, url]);
  return (
    <div data-shown-once className="mt-3 flex flex-col items-center gap-3">
      {hasCode && <QrCode text={url} label={linkTexts.code(name)} className="h-auto max-w-full rounded-small" />}
      <input
        ref={field}
        readOnly
        aria-label={linkTexts.field}
        value={url}
        onFocus={(event) => event.currentTarget.select()}
        className="h-11 w-full truncate rounded-small border bg-surface px-2 font-mono text-muted text-small md:h-9"
      />
      {isCopied !== undefined && (
        <p className="self-start text-muted text-small">{isCopied ? linkTexts.copiedHint : linkTexts.byHand}</p>
      )}
    </div>
  );
}

const words = linkTexts.revoke;

/** Shows until when the last issued URL of a revoked link works, and counts down to that instant. */
function LastUrl({ expiresAt }: { expiresAt: string | null }) {
  useNow(1_000);
  // `now` is the earliest possible instant, so that the text never says that a URL no longer works while the URL may still work.
  const now = earliestServiceNow();
  const left = expiresAt === null ? 0 : (Date.parse(expiresAt) - now) / 1000;
  if (left <= 0) return <p role="status">{words.noUrl}</p>;
  // The role is not `status`, because screen readers would then read the text every second.
  return (
    <p role="timer" className="tabular-nums">
      {words.lastUrl(formatDuration(left))}
    </p>
  );
}
