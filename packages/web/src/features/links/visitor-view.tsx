import { useQuery } from "@tanstack/react-query";
import type { Attachment, FileRequest, Link } from "@valetkey/client";
import { File, LockKeyhole } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button, buttonStyle } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { FileName } from "../../components/file-name.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { Ring, Ticket } from "../../components/ticket.tsx";
import { noteQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatBytes, formatDuration, texts } from "../../texts/index.ts";
import { lifeLeft, useServiceNow } from "./describe-link.tsx";
import { nameOfKind } from "./link-values.ts";

const words = linkTexts.visitor;

/**
 * Shows the link as a visitor sees it, with data that the owner may read anyway. The view does not open the link and makes no download
 * claim, so no count changes. The buttons of the view do nothing.
 */
export function VisitorView({ link, onClose }: { link: Link; onClose: () => void }) {
  const [isUnlocked, setUnlocked] = useState(!link.hasPassword);
  const hasEnded = link.state !== "live";
  return (
    <Dialog onClose={onClose} title={words.title} description={words.hint} className="md:w-[520px]">
      <div className="flex flex-col gap-4">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must be able to scroll it */}
        <section tabIndex={0} aria-label={words.title} className="rounded-card">
          {hasEnded ? <EndedTicket /> : isUnlocked ? <OpenTicket link={link} /> : <LockedTicket />}
        </section>
        {!isUnlocked && !hasEnded && (
          <Button className="self-start" onClick={() => setUnlocked(true)}>
            {words.showOpened}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

type ShapeProps = Parameters<typeof buttonStyle>[0] & { children: ReactNode };

/** Looks like a button and does nothing. */
const Shape = ({ children, ...style }: ShapeProps) => (
  <span className={buttonStyle({ kind: "outline", ...style })}>{children}</span>
);

/** The ticket of a link with a password. Until a visitor enters the password, the visitor sees only this ticket. */
function LockedTicket() {
  return (
    <Ticket stub={<Shape className="w-full">{words.open}</Shape>}>
      <Title>{words.locked.title}</Title>
      <p className="mt-2 text-muted">{words.locked.hint}</p>
      <p className="mt-4 flex h-11 items-center gap-2 rounded-card border border-line-strong bg-surface px-3 text-muted md:h-9">
        <LockKeyhole size={16} />
        {words.password}
      </p>
    </Ticket>
  );
}

const Title = ({ children }: { children: ReactNode }) => <h3 className="text-balance text-title">{children}</h3>;

function EndedTicket() {
  return (
    <section className="rounded-card border border-ticket-edge bg-sunken p-4 text-muted">
      <Title>{words.ended.title}</Title>
      <p className="mt-2">{words.ended.hint}</p>
    </section>
  );
}

function OpenTicket({ link }: { link: Link }) {
  const note = useQuery(noteQuery(link.noteId));
  if (note.isPending) return <Skeleton className="h-48" />;
  if (note.data === undefined) return <Failure title={words.failed} query={note} />;
  // Visitors never see an email address.
  const name = link.createdBy.name ?? texts.common.someone;
  const wanted = link.files?.map(({ id }) => id);
  const files = note.data.attachments.filter(
    ({ id, state }) => state === "ready" && (wanted === undefined || wanted.includes(id)),
  );
  return (
    <Ticket stub={<Left link={link} />}>
      <Title>{link.request === null ? words.shares(name, files.length) : words.asks(name)}</Title>
      {link.label !== "" && <p className="mt-1 text-muted">{link.label}</p>}
      {link.message !== "" && <p className="mt-3 whitespace-pre-line">{link.message}</p>}
      {link.request === null ? (
        <Shared files={files} />
      ) : (
        <Asked request={link.request} received={link.received.files} />
      )}
    </Ticket>
  );
}

function Shared({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return <p className="mt-4 text-muted">{words.noFiles}</p>;
  const isOnly = files.length === 1;
  return (
    <>
      <ul className="mt-4 divide-y">
        {files.map(({ id, filename, sizeBytes }) => (
          <li key={id} className="flex min-h-14 items-center gap-3 py-2">
            <File size={20} strokeWidth={1.5} className="shrink-0 text-muted" />
            <div className="min-w-0 grow">
              <FileName filename={filename} />
              <p className="text-muted text-small tabular-nums">{formatBytes(sizeBytes)}</p>
            </div>
            {!isOnly && <Shape kind="quiet">{words.download}</Shape>}
          </li>
        ))}
      </ul>
      <Shape kind="primary" className="mt-3 w-full">
        {isOnly ? words.download : words.downloadAll}
      </Shape>
    </>
  );
}

function Asked({ request, received }: { request: FileRequest; received: number }) {
  const { maxFiles, maxBytesPerFile, accept, askName, slots } = request;
  return (
    <div className="mt-3 flex flex-col gap-3">
      {slots.length === 0 && (
        <p className="text-muted text-small">
          {words.limits(Math.max(0, maxFiles - received), formatBytes(maxBytesPerFile))}
          {accept.length > 0 && ` ${words.kinds(accept.map(nameOfKind).join(", "))}`}
        </p>
      )}
      {slots.length > 0 && (
        <ul className="divide-y">
          {slots.map(({ id, name, accept: kinds = [] }) => (
            <li key={id} className="flex min-h-14 items-center gap-3 py-2">
              <div className="min-w-0 grow">
                <p className="truncate">{name}</p>
                <p className="text-muted text-small empty:hidden">{kinds.map(nameOfKind).join(", ")}</p>
              </div>
              <Shape>{words.chooseShort}</Shape>
            </li>
          ))}
        </ul>
      )}
      {slots.length === 0 && <Shape>{words.choose}</Shape>}
      {askName !== "no" && (
        <p className="flex h-11 items-center rounded-card border border-line-strong bg-surface px-3 text-muted md:h-9">
          {askName === "required" ? words.name : words.nameOptional}
        </p>
      )}
      <Shape kind="primary" className="w-full">
        {words.send}
      </Shape>
    </div>
  );
}

function Left({ link: { createdAt, expiresAt, maxClaims, claims, state } }: { link: Link }) {
  const now = useServiceNow(1_000);
  const end = expiresAt === null ? undefined : Date.parse(expiresAt);
  return (
    <div className="flex items-center gap-3">
      <Ring left={lifeLeft({ state, createdAt, expiresAt }, now)} />
      <div>
        <p className="tabular-nums">
          {end === undefined ? words.noEnd : words.endsIn(formatDuration((end - now) / 1000))}
        </p>
        {maxClaims !== null && <p className="text-muted text-small">{words.left(Math.max(0, maxClaims - claims))}</p>}
      </div>
    </div>
  );
}
