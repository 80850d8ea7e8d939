import { useQuery } from "@tanstack/react-query";
import type { Link } from "@valetkey/client";
import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { earliestServiceNow } from "../../service/client.ts";
import { instanceQuery } from "../../service/queries.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatDuration } from "../../texts/index.ts";
import {
  Counts,
  canRepeat,
  describeCounts,
  describeEnd,
  describeTime,
  nameOfLink,
  useStateNow,
} from "./describe-link.tsx";

export type EndedLinkProps = {
  link: Link;
  place?: ReactNode;
  /** Whether the link was ended while the page was open. The row then says what still works, and takes the focus. */
  isFresh: boolean;
  /** Makes a link like this one. */
  onAgain: (ended: Link) => void;
  onEdit: () => void;
  editButton: RefObject<HTMLButtonElement | null>;
};

/** One quiet row for a link that has ended, with the one way to renew it. */
export function EndedLink({ link, place, isFresh, onAgain, onEdit, editButton }: EndedLinkProps) {
  const now = useNow();
  const state = useStateNow(link);
  const isOff = useQuery(instanceQuery).data?.limits.links.enabled === false;
  const name = nameOfLink(link);
  const facts = [describeTime(link, now), ...describeCounts({ ...link, state })];
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The ticket of the link has disappeared with its focus.
    if (isFresh && (document.activeElement?.matches("body, [role=dialog]") ?? true)) row.current?.focus();
  }, [isFresh]);
  return (
    <div
      ref={row}
      tabIndex={-1}
      className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2 text-muted text-small outline-none"
    >
      <div className="min-w-0 grow basis-40">
        <p dir="auto" title={name} className="truncate text-base">
          {name}
        </p>
        {place !== undefined && <p className="truncate">{place}</p>}
        <p className="tabular-nums">
          <Counts counts={facts} />
        </p>
        {!isOff && <p>{whyNoButton({ ...link, state })}</p>}
        {isFresh && <LastUrl expiresAt={link.lastUrlExpiresAt} />}
      </div>
      {!isOff && canRepeat(link) && (
        <Button className="text-ink" aria-label={linkTexts.againOf[link.kind](name)} onClick={() => onAgain(link)}>
          {linkTexts.again[link.kind]}
        </Button>
      )}
      {!isOff && link.canEdit && link.hasPassword && state === "expired" && (
        <Button ref={editButton} className="text-ink" aria-label={linkTexts.editOf(name)} onClick={onEdit}>
          {linkTexts.edit}
        </Button>
      )}
    </div>
  );
}

/** Returns the reason why the user cannot renew a link. Returns undefined if the row has a button for the link. */
function whyNoButton(link: Link): string | undefined {
  if (link.state === "orphaned") return describeEnd(link, { isOff: false });
  if (!link.canEdit) return linkTexts.endedBecause.ofAnother;
  return link.hasPassword && link.state !== "expired" ? linkTexts.endedBecause.password : undefined;
}

const words = linkTexts.revoke;

/** Shows until when the last issued URL of a revoked link works, and counts down to that instant. */
export function LastUrl({ expiresAt }: { expiresAt: string | null }) {
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
