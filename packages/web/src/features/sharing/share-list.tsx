import { useQuery } from "@tanstack/react-query";
import type { Share } from "@valetkey/client";
import { useState } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { useNow } from "../../components/use-now.ts";
import { instanceQuery, sessionQuery } from "../../service/queries.ts";
import { formatSpan, texts } from "../../texts/index.ts";
import { ShareRow } from "./share-row.tsx";
import { type Subject, sharesQuery } from "./shares-query.ts";

const words = texts.sharing;
const nameOfShare = (share: Share) => nameOf(share, { otherwise: share.userId });

/** Lists who has access: the owner, then all others by name. It includes expired shares and those that were just deleted. */
export function ShareList({ subject }: { subject: Subject }) {
  useNow(1_000);
  // Fresher than the last tick: otherwise a share of one hour, selected since then, would show as more.
  const now = Date.now();
  const owner = useQuery(sessionQuery).data?.user;
  const shares = useQuery(sharesQuery(subject));
  const [removed, setRemoved] = useState<Share[]>([]);
  const current = shares.data ?? [];
  const isGone = ({ userId }: Share) => !current.some((share) => share.userId === userId);
  const rows = [...current, ...removed.filter(isGone)].sort((a, b) => nameOfShare(a).localeCompare(nameOfShare(b)));
  return (
    <section aria-label={words.list.title} className="flex flex-col gap-1">
      <h3 className="font-medium text-small">{words.list.title}</h3>
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
            key={share.userId}
            subject={subject}
            share={share}
            isGone={isGone(share)}
            onRemove={(gone) => setRemoved([...removed.filter(({ userId }) => userId !== gone.userId), gone])}
            now={now}
          />
        ))}
      </ul>
      {shares.isError && shares.data === undefined && (
        <Failure title={words.list.failed} error={shares.error} onRetry={() => void shares.refetch()} />
      )}
      {rows.length > 0 && <RemovalHint />}
    </section>
  );
}

/** Explains that URLs which were issued before a removal work until they expire. */
function RemovalHint() {
  const limits = useQuery(instanceQuery).data?.limits;
  if (limits === undefined) return null;
  const longest = limits.urlTtlMaxSharedSeconds;
  const usual = Math.min(limits.urlTtlDefaultSeconds, longest);
  return (
    <p className="mt-2 text-muted text-small">
      {longest > usual
        ? words.removal.long(formatSpan(usual), formatSpan(longest))
        : words.removal.short(formatSpan(usual))}
    </p>
  );
}
