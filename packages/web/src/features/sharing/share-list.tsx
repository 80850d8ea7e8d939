import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { useNow } from "../../components/use-now.ts";
import { instanceQuery, sessionQuery } from "../../service/queries.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { shareDialogTexts } from "../../texts/en/share-dialog.ts";
import { formatSpan, texts } from "../../texts/index.ts";
import { ShareRow } from "./share-row.tsx";
import { type Entry, type Subject, sharesQuery } from "./shares-query.ts";

const words = texts.sharing;
const nameOfShare = (share: Entry) => nameOf(share, { otherwise: share.userId });

/** Lists who has access: the owner, then all others by name. Includes expired shares, and shares that the user has just deleted. */
export function ShareList({ subject }: { subject: Subject }) {
  useNow(1_000);
  // Uses the current time, because the time of the ticking clock may be some seconds old. With an old time, a new share of one hour would
  // seem longer.
  const now = Date.now();
  const owner = useQuery(sessionQuery).data?.user;
  const shares = useQuery(sharesQuery(subject));
  const [removed, setRemoved] = useState<Entry[]>([]);
  const current = shares.data ?? [];
  const isGone = (entry: Entry) => !current.some((share) => isSame(share, entry));
  const rows = [...current, ...removed.filter(isGone)].sort((a, b) => nameOfShare(a).localeCompare(nameOfShare(b)));
  return (
    <section aria-label={shareDialogTexts.list.title} className="flex flex-col gap-1">
      <h3 className="font-medium text-small">{shareDialogTexts.list.title}</h3>
      <ul>
        {owner !== undefined && (
          <li className="flex items-start gap-3 py-2">
            <Avatar name={owner.name} className="mt-0.5" />
            <div className="min-w-0 grow">
              <p className="truncate leading-6">{words.you(owner.name)}</p>
              <p className="truncate text-muted text-small">{owner.email}</p>
            </div>
            <span className="text-muted text-small leading-6">{words.owner}</span>
          </li>
        )}
        {shares.isPending && <Skeleton className="my-2 h-11" />}
        {rows.map((share) => (
          <ShareRow
            key={keyOf(share)}
            subject={subject}
            share={share}
            isGone={isGone(share)}
            onRemove={(gone) => setRemoved([...removed.filter((one) => !isSame(one, gone)), gone])}
            now={now}
          />
        ))}
      </ul>
      {shares.isError && shares.data === undefined && (
        <Failure title={shareDialogTexts.list.failed} error={shares.error} onRetry={() => void shares.refetch()} />
      )}
      {current.some(({ invitation }) => invitation !== undefined) && <InvitationHint />}
      {rows.length > 0 && <RemovalHint />}
    </section>
  );
}

/** Identifies the row of a person. The id of an invitation does not identify the row, because a restored invitation has another id. */
const keyOf = ({ invitation, userId }: Entry) => (invitation === undefined ? userId : invitation.email);
const isSame = (one: Entry, other: Entry) => keyOf(one) === keyOf(other);

function InvitationHint() {
  const hasMail = useQuery(instanceQuery).data?.mail === true;
  return <p className="mt-2 text-muted text-small">{hasMail ? invitationTexts.mailHint : invitationTexts.hint}</p>;
}

/** Explains that the URLs that a removed person already has still work until they expire. */
function RemovalHint() {
  const limits = useQuery(instanceQuery).data?.limits;
  if (limits === undefined) return null;
  const longest = limits.urlTtlMaxSharedSeconds;
  const usual = Math.min(limits.urlTtlDefaultSeconds, longest);
  return (
    <p className="mt-2 text-muted text-small">
      {longest > usual
        ? shareDialogTexts.removal.long(formatSpan(usual), formatSpan(longest))
        : shareDialogTexts.removal.short(formatSpan(usual))}
    </p>
  );
}
