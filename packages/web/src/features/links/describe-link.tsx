import type { Link } from "@valetkey/client";
import { Inbox, Link2, LockKeyhole } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { describeExpiry, isExpired } from "../../components/expiry.ts";
import { useNow } from "../../components/hooks.ts";
import { Ring } from "../../components/ticket.tsx";
import { earliestServiceNow, latestServiceNow } from "../../service/client.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatDuration, formatWhen, texts } from "../../texts/index.ts";

const words = linkTexts;

type LinkSummaryProps = { link: Link; name: string; place: ReactNode; actions: ReactNode };

/** The upper part of a ticket: the name of the link, its content, its remaining lifetime and its counts. */
export function LinkSummary({ link: given, name, place, actions }: LinkSummaryProps) {
  const now = useServiceNow(1_000);
  const link = { ...given, state: stateAt(given, now) };
  const hasRing = link.expiresAt !== null || hasEnded(link.state);
  const Icon = link.kind === "upload" ? Inbox : Link2;
  const content = [
    ...(link.label === "" ? [] : [describeFiles(link) ?? words.fileRequest]),
    ...(link.recipients === null ? [] : [words.forRecipients(link.recipients.length)]),
    ...(place === undefined ? [] : [place]),
  ];
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)_auto_auto] items-start gap-x-3 max-md:gap-x-2">
      <span
        aria-hidden="true"
        className="relative grid size-9 place-items-center text-muted max-md:self-center md:row-span-2"
      >
        {hasRing && <Ring left={lifeLeft(link, now)} />}
        <Icon size={hasRing ? 16 : 20} className="absolute" />
      </span>
      <h4 className="flex items-center gap-2 font-medium max-md:self-center">
        <span dir="auto" className="line-clamp-3 min-w-0 [overflow-wrap:anywhere]" title={name}>
          {name}
        </span>
        {link.hasPassword && (
          <span className="shrink-0 text-muted" title={words.hasPassword}>
            <LockKeyhole size={14} aria-hidden="true" />
            <span className="sr-only">{words.hasPassword}</span>
          </span>
        )}
      </h4>
      <div className="col-start-2 row-start-2 max-md:col-end-5">
        {content.length > 0 && (
          <p className="line-clamp-2 text-muted text-small tabular-nums [overflow-wrap:anywhere]">
            {content.map((part, nth) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts keep their order
              <Fragment key={nth}>
                {nth > 0 && texts.common.separator}
                {part}
              </Fragment>
            ))}
          </p>
        )}
        <p className="text-muted text-small tabular-nums">
          <Counts counts={[describeTime(link, now), ...describeStart(link, now), ...describeCounts(link)]} />
        </p>
      </div>
      {actions}
    </div>
  );
}

/** Shows counts in one line. A line breaks only between two counts, and then hides the dot at the start of the next line. */
export function Counts({ counts }: { counts: readonly string[] }) {
  return (
    <span className="block overflow-hidden">
      <span className="-ml-3 flex flex-wrap">
        {counts.map((count) => (
          <span
            key={count}
            className="whitespace-nowrap before:inline-block before:w-3 before:text-center before:content-['·']"
          >
            {count}
          </span>
        ))}
      </span>
    </span>
  );
}

/** Names the files that a link opens. Returns undefined for a file request. */
function describeFiles({ kind, files }: Link): string | undefined {
  if (kind === "upload") return undefined;
  if (files === null) return words.opens.whole;
  const [only] = files;
  if (only === undefined) return undefined;
  return files.length === 1 ? only.filename : words.opens.files(only.filename, files.length - 1);
}

/** Returns the label of a link, or the name of its content if the link has no label. */
export function nameOfLink(link: Link): string {
  return link.label === "" ? (describeFiles(link) ?? words.fileRequest) : link.label;
}

/** Says when the link expires or has expired, or when a person ended the link. */
export function describeTime({ expiresAt, revokedAt }: Link, now: number): string {
  return revokedAt === null ? describeExpiry(expiresAt, now) : words.revoked(formatWhen(revokedAt, now));
}

/** Says when a link without a label was made, because several links to one file have the same name. Ended links differ by their end. */
const describeStart = ({ label, createdAt, state }: Link, now: number): string[] =>
  label === "" && !hasEnded(state) ? [words.made(formatWhen(createdAt, now))] : [];

/** Describes the counts of a link. A visitor can open a link and download nothing, so the counts can differ. */
export function describeCounts({ kind, state, request, opened, claims, maxClaims, received }: Link): string[] {
  const { counts } = words;
  if (opened + claims + received.files === 0) return [hasEnded(state) ? counts.never : counts.none];
  if (kind === "upload") return [counts.opened(opened), counts.received(received.files, request?.maxFiles ?? 0)];
  const claimed = maxClaims === null ? counts.claims(claims) : counts.claimsOf(claims, maxClaims);
  return [counts.opened(opened), claimed];
}

/** Returns the reason why a link no longer works. Returns undefined for a working link, or if the ticket shows the reason elsewhere. */
export function describeEnd({ state, kind }: Link, { isOff }: { isOff: boolean }): string | undefined {
  if (state === "closed") return isOff ? words.off : words.endedBecause.closed;
  if (state === "used_up") return words.endedBecause.used_up[kind];
  return state === "orphaned" ? words.endedBecause.orphaned : undefined;
}

/** Returns whether the link has ended, so that a higher limit of downloads does not open the link again. */
export const hasEnded = (state: Link["state"]): boolean =>
  state === "expired" || state === "revoked" || state === "orphaned";

/**
 * Returns whether one click can make a new link with the same settings. The service stores no passwords in plain text, and the files of an
 * orphaned link no longer exist.
 */
export const canRepeat = ({ state, canEdit, hasPassword }: Link): boolean =>
  canEdit && !hasPassword && state !== "orphaned";

/** Returns the current state of a link, which can expire while the page shows it. */
export function useStateNow(link: Link): Link["state"] {
  return stateAt(link, useServiceNow(1_000));
}

export const stateAt = ({ state, expiresAt }: Link, now: number): Link["state"] =>
  state === "live" && isExpired(expiresAt, now) ? "expired" : state;

/** Returns the remaining part of a link's lifetime, from 0 to 1. Returns 1 for a link without an expiry. */
export function lifeLeft(
  { state, createdAt, expiresAt }: Pick<Link, "state" | "createdAt" | "expiresAt">,
  now: number,
): number {
  if (state !== "live") return 0;
  if (expiresAt === null) return 1;
  const end = Date.parse(expiresAt);
  return (end - now) / (end - Date.parse(createdAt));
}

/**
 * Returns the latest possible instant of the service's clock, updated every `everyMs`. So the page never shows more remaining time than a
 * link has.
 */
export function useServiceNow(everyMs: number): number {
  useNow(everyMs);
  return latestServiceNow();
}

/** Counts down until the last issued URL of a revoked link expires. */
export function LastUrl({ expiresAt }: { expiresAt: string | null }) {
  useNow(1_000);
  // `now` is the earliest possible instant of the service's clock. So the text never says that a URL has expired while the URL may still
  // work.
  const now = earliestServiceNow();
  const left = expiresAt === null ? 0 : (Date.parse(expiresAt) - now) / 1000;
  if (left <= 0) return <p role="status">{words.revoke.noUrl}</p>;
  // With the role `status`, screen readers would read the text every second.
  return (
    <p role="timer" className="tabular-nums">
      {words.revoke.lastUrl(formatDuration(left))}
    </p>
  );
}
