import { useQuery } from "@tanstack/react-query";
import type { Link } from "@valetkey/client";
import { CircleX, Eye, Mail, MoreHorizontal, Pencil, QrCode as QrIcon, RefreshCw } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { Confirmation } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { copyText } from "../../components/clipboard.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { describeExpiry } from "../../components/expiry.ts";
import { useFocusBack } from "../../components/hooks.ts";
import { IconMenu, MenuItem } from "../../components/menu.tsx";
import { QrCode } from "../../components/qr-code.tsx";
import { Problem } from "../../components/states.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { describeEnd, hasEnded, LastUrl, LinkSummary, nameOfLink, useStateNow } from "./describe-link.tsx";
import { LinkReceivers, SendLink } from "./link-receivers.tsx";
import { isOnlyHere } from "./link-values.ts";
import { useRevokeLink, useUpdateLink } from "./links-query.ts";

type LinkTicketProps = {
  link: Link;
  /** The content below the name of the link, such as the note of the link. */
  place?: ReactNode;
  on?: "surface" | "canvas";
  onEdit: () => void;
  onVisit: () => void;
  /** Runs after the user has sent the link by mail. */
  onSent?: (() => void) | undefined;
  moreButton: RefObject<HTMLButtonElement | null>;
  /** Defined for a new link. Says whether the URL is on the clipboard, and whether the ticket shows the QR code. */
  created?: { isCopied: boolean; hasCode: boolean } | undefined;
};

/** Shows a link as a claim ticket with the content, the remaining lifetime and the counts of the link. */
export function LinkTicket({
  link,
  place,
  on = "surface",
  onEdit,
  onVisit,
  onSent,
  moreButton,
  created,
}: LinkTicketProps) {
  const update = useUpdateLink(link);
  const revoke = useRevokeLink(link);
  const [hasCode, setCode] = useState(created?.hasCode === true);
  const [asks, setAsks] = useState<"newUrl" | "revoke">();
  const [newUrl, setNewUrl] = useState<{ isCopied: boolean }>();
  const copied = newUrl ?? created;
  const name = nameOfLink(link);
  const state = useStateNow(link);
  const { links: limits } = useQuery(instanceQuery).data?.limits ?? {};
  const isOff = limits?.enabled === false;
  // If the operator has turned links off, the user can only end a link.
  const isUsable = state === "live" && !isOff;
  const canEnd = !hasEnded(state);
  const canEdit = link.canEdit && !isOff && canEnd;
  const canSend = limits?.sendable === true && canEdit && isUsable;
  const [isSending, setSending] = useState(false);
  const [receiver, setReceiver] = useState<string>();
  const [sentTo, setSentTo] = useState<readonly string[]>();
  const [sends, setSends] = useState(0);
  useFocusBack(moreButton, isSending || asks !== undefined);

  const ticket = useRef<HTMLDivElement>(null);
  const isNew = created !== undefined;
  useEffect(() => {
    if (isNew) ticket.current?.scrollIntoView({ block: "nearest" });
  }, [isNew]);

  useEffect(() => {
    if (sentTo !== undefined) ticket.current?.scrollIntoView();
  }, [sentTo]);

  // The focused menu disappears, so the ticket gets the focus.
  useEffect(() => {
    if (revoke.isSuccess) ticket.current?.focus();
  }, [revoke.isSuccess]);
  function openSending(email?: string): void {
    setReceiver(email);
    setSending(true);
    // A screen reader announces the next mail only if the page adds the text again.
    setSentTo(undefined);
  }
  function announce(emails: readonly string[]): void {
    setSentTo(emails);
    setSends(sends + 1);
    onSent?.();
  }
  async function confirm(): Promise<void> {
    if (asks === "revoke") return revoke.mutate(undefined, { onSettled: () => setAsks(undefined) });
    setAsks(undefined);
    const renewed = update.mutateAsync({ newUrl: true });
    const isCopied = await copyText(renewed.then(({ url }) => url));
    // The mutation already reports the error.
    if (!(await renewed.then(() => true).catch(() => false))) return;
    setNewUrl({ isCopied });
    setSentTo(undefined);
    setSends(0);
  }

  function stub(): ReactNode {
    if (asks !== undefined) {
      const { confirm: action, question } = linkTexts[asks];
      const { isPending } = asks === "revoke" ? revoke : update;
      return (
        <Confirmation {...{ action, question, isPending, onConfirm: confirm, onCancel: () => setAsks(undefined) }} />
      );
    }
    if (isUsable && (copied !== undefined || hasCode)) {
      return (
        <LinkUrl url={link.url} name={name} hasCode={hasCode} isCopied={copied?.isCopied}>
          {canSend && isNew && sends === 0 && (
            <Button onClick={() => openSending()}>
              <Mail size={16} />
              {linkTexts.send.action}
            </Button>
          )}
        </LinkUrl>
      );
    }
    if (state === "revoked") return <LastUrl expiresAt={link.lastUrlExpiresAt} />;
    const reason = describeEnd({ ...link, state }, { isOff });
    return reason !== undefined && <p className="text-small">{reason}</p>;
  }

  const actions = canEnd && (
    <>
      {isUsable && (
        <CopyButton
          text={link.url}
          label={linkTexts.copyOf(name)}
          isCopied={copied?.isCopied}
          className="col-start-3 row-start-1 max-md:not-data-shown:w-11 max-md:not-data-shown:px-0 max-md:not-data-shown:[&>span]:sr-only md:row-span-2"
        />
      )}
      <IconMenu
        ref={moreButton}
        label={linkTexts.moreOf(name)}
        isDense
        className="col-start-4 row-start-1 max-md:-mr-3 md:row-span-2"
        icon={<MoreHorizontal size={16} />}
      >
        {canEdit && (
          <MenuItem icon={<Pencil size={16} />} onClick={onEdit}>
            {linkTexts.edit}
          </MenuItem>
        )}
        {canSend && (
          <MenuItem icon={<Mail size={16} />} onClick={() => openSending()}>
            {linkTexts.send.action}
          </MenuItem>
        )}
        {isUsable && (
          <>
            <MenuItem icon={<Eye size={16} />} onClick={onVisit}>
              {linkTexts.seeAsVisitor}
            </MenuItem>
            <MenuItem icon={<QrIcon size={16} />} onClick={() => setCode(!hasCode)}>
              {hasCode ? linkTexts.hideCode : linkTexts.showCode}
            </MenuItem>
          </>
        )}
        {canEdit && isUsable && (
          <MenuItem icon={<RefreshCw size={16} />} onClick={() => setAsks("newUrl")}>
            {linkTexts.newUrl.action}
          </MenuItem>
        )}
        <MenuItem isDanger icon={<CircleX size={16} />} onClick={() => setAsks("revoke")}>
          {linkTexts.revoke.action}
        </MenuItem>
      </IconMenu>
    </>
  );

  return (
    <div ref={ticket} tabIndex={-1} className="scroll-my-4 outline-none">
      <Ticket on={on} isExpired={!isUsable} stub={stub()}>
        <LinkSummary link={link} name={name} place={place} actions={actions} />
        <p role="status" className={sentTo === undefined ? "sr-only" : "wrap-anywhere mt-2 text-accent text-small"}>
          {sentTo !== undefined && linkTexts.send.sent(sentTo)}
        </p>
        <LinkReceivers key={sends} link={link} isNew={sends > 0} onSend={canSend ? openSending : undefined} />
        <p role="status" className="sr-only">
          {copied !== undefined && announcementOf(link, { isNewUrl: newUrl !== undefined, isCopied: copied.isCopied })}
        </p>
        {update.isError && <Problem error={update.error} />}
        {revoke.isError && <Problem error={revoke.error} />}
      </Ticket>
      <SendLink link={link} isOpen={isSending} to={receiver} onSent={announce} onClose={() => setSending(false)} />
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

type LinkUrlProps = {
  url: string;
  name: string;
  hasCode: boolean;
  /** Whether the last copy succeeded. Undefined before the first copy. */
  isCopied: boolean | undefined;
  children: ReactNode;
};

/** Shows the URL of a link as a text to copy, and as a QR code. If the browser has refused to copy the URL, the URL is selected. */
function LinkUrl({ url, name, hasCode, isCopied, children }: LinkUrlProps) {
  const field = useRef<HTMLInputElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another URL must be selected again
  useEffect(() => {
    if (isCopied === false) field.current?.select();
  }, [isCopied, url]);
  return (
    <div data-shown-once className="flex flex-col items-center gap-3">
      {hasCode && <QrCode text={url} label={linkTexts.code(name)} className="h-auto max-w-full rounded-small" />}
      <input
        ref={field}
        readOnly
        aria-label={linkTexts.field}
        value={url}
        onFocus={(event) => event.currentTarget.select()}
        className="h-11 w-full truncate rounded-small border bg-surface px-2 font-mono text-muted text-small md:h-9"
      />
      {isCopied === false && <p className="self-start text-muted text-small">{linkTexts.byHand}</p>}
      {isOnlyHere(url) && <p className="self-start text-muted text-small">{linkTexts.onlyHere}</p>}
      {children}
    </div>
  );
}
