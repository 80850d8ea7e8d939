import type { Link } from "@valetkey/client";
import { Eye, Inbox, Link2, LockKeyhole, MoreHorizontal, QrCode as QrIcon, RefreshCw } from "lucide-react";
import { Fragment, type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { describeExpiry } from "../../components/expiry.ts";
import { IconButton } from "../../components/icon-button.tsx";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { Ring } from "../../components/ring.tsx";
import { Problem } from "../../components/states.tsx";
import { Ticket } from "../../components/ticket.tsx";
import { copyText } from "../../service/clipboard.ts";
import { formatWhen, texts } from "../../texts/index.ts";
import { useRevokeLink, useUpdateLink } from "./change-links.ts";
import { describeContent, describeCounts, describeEnd, lifeLeft, nameOfLink } from "./describe-link.ts";
import { LastUrl } from "./last-url.tsx";
import { LinkUrl } from "./link-url.tsx";
import { useServiceNow } from "./use-service-now.ts";

const words = texts.links;

type LinkTicketProps = {
  link: Link;
  /** Shown below the name, for example the note of the link. */
  place?: ReactNode;
  on?: "surface" | "canvas";
  onEdit: () => void;
  onVisit: () => void;
  onRevoked?: () => void;
  editButton?: RefObject<HTMLButtonElement | null>;
  /** Set for a new link: whether its URL is on the clipboard, and whether the QR code is shown. */
  created?: { isCopied: boolean; hasCode: boolean } | undefined;
};

/** A link as a claim ticket: what it opens, what is left, and what people did with it. */
export function LinkTicket({ link, place, on = "surface", onEdit, onVisit, onRevoked, ...rest }: LinkTicketProps) {
  const { created, editButton } = rest;
  const update = useUpdateLink(link);
  const revoke = useRevokeLink(link);
  const [hasCode, setCode] = useState(created?.hasCode === true);
  const [asks, setAsks] = useState<"new-url">();
  const [newUrl, setNewUrl] = useState<{ isCopied: boolean }>();
  const copied = newUrl ?? created;
  const name = nameOfLink(link);
  const { state } = link;
  const isOpen = state === "live" || state === "used_up";
  const canEdit = isOpen || state === "expired";

  const ticket = useRef<HTMLDivElement>(null);
  const isNew = created !== undefined;
  useEffect(() => {
    if (isNew) ticket.current?.scrollIntoView({ block: "nearest" });
  }, [isNew]);

  function renew(): void {
    void copyText(update.mutateAsync({ newUrl: true }).then(({ url }) => url)).then((isCopied) => {
      setNewUrl({ isCopied });
    });
    setAsks(undefined);
  }

  const actions = (
    <div className="flex flex-wrap items-center gap-1">
      {isOpen && <CopyButton text={link.url} label={words.copyOf(name)} onCopy={copyText} />}
      {canEdit && (
        <Button ref={editButton} kind="quiet" aria-label={words.editOf(name)} onClick={onEdit}>
          {words.edit}
        </Button>
      )}
      {isOpen && (
        <>
          <AskInPlace
            label={words.revoke.action}
            spokenLabel={words.revoke.of(name)}
            question={words.revoke.question}
            isPending={revoke.isPending}
            onConfirm={() => revoke.mutate(undefined, { ...(onRevoked !== undefined && { onSuccess: onRevoked }) })}
          />
          <Menu
            trigger={
              <IconButton label={words.moreOf(name)} className="tooltip-left ml-auto">
                <MoreHorizontal size={16} />
              </IconButton>
            }
          >
            <MenuItem icon={<Eye size={16} />} onClick={onVisit}>
              {words.visitor.action}
            </MenuItem>
            <MenuItem icon={<QrIcon size={16} />} onClick={() => setCode(!hasCode)}>
              {hasCode ? words.hideCode : words.showCode}
            </MenuItem>
            <MenuItem icon={<RefreshCw size={16} />} onClick={() => setAsks("new-url")}>
              {words.newUrl.action}
            </MenuItem>
          </Menu>
        </>
      )}
    </div>
  );

  return (
    <div ref={ticket} className="scroll-my-4">
      <Ticket
        on={on}
        isExpired={!isOpen}
        stub={
          <div className="flex flex-col gap-2">
            {state === "revoked" ? <LastUrl expiresAt={link.lastUrlExpiresAt} /> : <End link={link} />}
            {asks === "new-url" ? (
              <AskNewUrl isPending={update.isPending} onConfirm={renew} onCancel={() => setAsks(undefined)} />
            ) : (
              canEdit && actions
            )}
            {update.isError && <Problem error={update.error} />}
            {revoke.isError && <Problem error={revoke.error} />}
          </div>
        }
      >
        <Head link={link} name={name} place={place} />
        {isOpen && (copied !== undefined || hasCode) && (
          <LinkUrl url={link.url} name={name} hasCode={hasCode} isCopied={copied?.isCopied} />
        )}
        <p role="status" className="sr-only">
          {copied !== undefined && announcementOf(link, { isNewUrl: newUrl !== undefined, isCopied: copied.isCopied })}
        </p>
      </Ticket>
    </div>
  );
}

type AnnouncementOptions = { isNewUrl: boolean; isCopied: boolean };

function announcementOf({ expiresAt, createdAt }: Link, { isNewUrl, isCopied }: AnnouncementOptions): string {
  if (!isCopied) return words.byHand;
  return isNewUrl ? words.newUrl.copied : words.copied(describeExpiry(expiresAt, Date.parse(createdAt)));
}

function Head({ link, name, place }: { link: Link; name: string; place: ReactNode }) {
  const now = useServiceNow(1_000);
  const Icon = link.kind === "upload" ? Inbox : Link2;
  const content = describeContent(link);
  const facts = [
    ...(content === undefined ? [] : [content]),
    link.revokedAt === null ? describeExpiry(link.expiresAt, now) : words.revoked(formatWhen(link.revokedAt, now)),
  ];
  return (
    <div className="flex items-start gap-3">
      <Ring left={lifeLeft(link, now)} />
      <div className="min-w-0 grow">
        <h4 className="flex items-center gap-2 font-medium">
          <Icon size={16} aria-hidden="true" className="shrink-0 text-muted" />
          <span className="min-w-0 truncate" title={name}>
            {name}
          </span>
          {link.hasPassword && (
            <span className="shrink-0 text-muted" title={words.hasPassword}>
              <LockKeyhole size={14} aria-hidden="true" />
              <span className="sr-only">{words.hasPassword}</span>
            </span>
          )}
        </h4>
        {place}
        <p className="text-muted text-small tabular-nums">{facts.join(texts.common.separator)}</p>
        <p className="text-muted text-small tabular-nums">
          {describeCounts(link).map((count, nth) => (
            <Fragment key={count}>
              {nth > 0 && texts.common.separator}
              <span className="whitespace-nowrap">{count}</span>
            </Fragment>
          ))}
        </p>
      </div>
    </div>
  );
}

function End({ link }: { link: Link }) {
  const text = describeEnd(link);
  return text === undefined ? null : <p className="text-small">{text}</p>;
}

type AskNewUrlProps = { isPending: boolean; onConfirm: () => void; onCancel: () => void };

function AskNewUrl({ isPending, onConfirm, onCancel }: AskNewUrlProps) {
  return (
    <div className="flex flex-wrap items-center justify-end gap-2">
      <p role="status" className="grow basis-full text-small md:basis-40">
        {words.newUrl.question}
      </p>
      <Button autoFocus onClick={onCancel}>
        {texts.common.cancel}
      </Button>
      <Button kind="primary" disabled={isPending} onClick={onConfirm}>
        {words.newUrl.confirm}
      </Button>
    </div>
  );
}
