import type { Link } from "@valetkey/client";
import { Inbox, Link2, LockKeyhole } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { describeExpiry } from "../../components/expiry.ts";
import { Ring } from "../../components/ring.tsx";
import { linkTexts } from "../../texts/en/links.ts";
import { formatWhen, texts } from "../../texts/index.ts";
import { describeContent, describeCounts, lifeLeft } from "./describe-link.ts";
import { useServiceNow } from "./use-service-now.ts";

const words = linkTexts;

/** The upper part of a ticket: the name of the link, its remaining life and its counts. */
export function LinkSummary({ link, name, place }: { link: Link; name: string; place: ReactNode }) {
  const now = useServiceNow(1_000);
  const Icon = link.kind === "upload" ? Inbox : Link2;
  const content = describeContent(link);
  const facts = [
    ...(content === undefined ? [] : [content]),
    ...(link.recipients === null ? [] : [words.forRecipients(link.recipients.length)]),
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
