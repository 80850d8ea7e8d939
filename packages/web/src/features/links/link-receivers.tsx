import { useInfiniteQuery } from "@tanstack/react-query";
import type { Link, LinkReceiver } from "@valetkey/client";
import { ChevronDown } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { Problem, Skeleton } from "../../components/states.tsx";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatWhen, texts } from "../../texts/index.ts";
import { Counts } from "./describe-link.tsx";
import { receiversQuery } from "./links-query.ts";

const words = linkTexts.receivers;

const loadForm = () => importWithRetry(() => import("./send-link.tsx"));

type SendLinkProps = {
  link: Link;
  isOpen: boolean;
  /** The email address with which the form starts. */
  to: string | undefined;
  onSent: (emails: readonly string[]) => void;
  onClose: () => void;
};

/** Sends a link by mail. Few users need this form, so its code loads on demand. */
export function SendLink({ link, isOpen, to, onSent, onClose }: SendLinkProps) {
  const { data: code } = useCode("send link", loadForm, { isNeeded: isOpen, onFail: onClose });
  if (!isOpen || code === undefined) return null;
  return (
    <code.SendLinkForm
      link={link}
      to={to}
      onSent={(emails) => {
        onSent(emails);
        onClose();
      }}
      onClose={onClose}
    />
  );
}

/** `onSend` opens the form that sends the link to an email address. Undefined if the user cannot send the link. */
type ReceiversProps = { link: Link; onSend: ((email: string) => void) | undefined };

/** Shows how many people got the link by mail. After a click, the ticket shows what each person did. */
export function LinkReceivers({ link, isNew, onSend }: ReceiversProps & { isNew: boolean }) {
  const id = useId();
  const [isOpen, setOpen] = useState(isNew);
  const { sentTo } = link;
  if (sentTo === null) return null;
  const facts = [
    words.people(sentTo.people),
    ...(sentTo.visited === 0 ? [] : [words.visited(sentTo.visited)]),
    ...(sentTo.used === 0 ? [] : [words.used[link.kind](sentTo.used)]),
    ...(sentTo.notDelivered === 0 ? [] : [words.notDelivered(sentTo.notDelivered)]),
  ];
  return (
    <div className="mt-1">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
        className="-mx-1 flex min-h-11 max-w-full items-center gap-1 rounded-small px-1 text-left text-small tabular-nums hover:bg-hover md:min-h-8"
      >
        <span>
          <Counts counts={facts} />
        </span>
        <ChevronDown size={14} aria-hidden="true" className={isOpen ? "shrink-0 rotate-180" : "shrink-0"} />
      </button>
      <div id={id}>{isOpen && <Receivers link={link} onSend={onSend} />}</div>
    </div>
  );
}

function Receivers({ link, onSend }: ReceiversProps) {
  const list = useInfiniteQuery(receiversQuery(link.id));
  const now = useNow();
  if (list.data === undefined) return list.isError ? <Problem error={list.error} /> : <Skeleton className="h-8" />;
  const receivers = inOrder(list.data.pages.flatMap(({ items }) => items));
  return (
    <div className="flex flex-col gap-1">
      <ul aria-label={words.list}>
        {receivers.map((receiver) => (
          <li key={receiver.email} className="flex flex-wrap gap-x-2 py-1.5 text-small">
            <span className="wrap-anywhere basis-full">{receiver.email}</span>
            <span className={receiver.state === "not_delivered" ? "text-danger" : "text-muted"}>
              {describeReceiver(receiver, { kind: link.kind, now })}
            </span>
            {onSend !== undefined && <SendAgain link={link} receiver={receiver} onSend={onSend} />}
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button className="self-start" disabled={list.isFetching} onClick={() => void list.fetchNextPage()}>
          {texts.common.showMore}
        </Button>
      )}
      <p className="text-muted text-small">{link.recipients === null ? words.hint : words.hintProven}</p>
    </div>
  );
}

/** Lists the people first who did not get the link, or whose link no longer works, because the user must act for them. */
export function inOrder(receivers: readonly LinkReceiver[]): LinkReceiver[] {
  const needsAction = ({ state, hasOldUrl }: LinkReceiver) => Number(state === "not_delivered" || hasOldUrl);
  return receivers.toSorted((a, b) => needsAction(b) - needsAction(a));
}

type SendAgainProps = { link: Link; receiver: LinkReceiver; onSend: (email: string) => void };

/** The button for a person whose mail did not arrive, or whose URL no longer works. */
function SendAgain({ link: { recipients }, receiver: { email, state, hasOldUrl }, onSend }: SendAgainProps) {
  const isWrong = state === "not_delivered";
  // The service sends a link with named recipients only to these recipients, so the form cannot correct an email address.
  const isRefused = recipients !== null && (isWrong || !recipients.includes(email));
  if (isRefused || !(isWrong || hasOldUrl)) return null;
  return (
    <button
      type="button"
      aria-label={isWrong ? words.correctOf(email) : words.sendNewOf(email)}
      onClick={() => onSend(email)}
      className="rounded-small text-ink underline underline-offset-2 max-md:-my-3 max-md:py-3"
    >
      {isWrong ? words.correct : words.sendNew}
    </button>
  );
}

/** Describes the last event of the mail to a person, such as "Opened 5 minutes ago". */
export function describeReceiver(receiver: LinkReceiver, { kind, now }: { kind: Link["kind"]; now: number }): string {
  const { state, hasOldUrl, sentAt, visitedAt, usedAt } = receiver;
  const label = state === "used" ? words.states.used[kind] : words.states[state];
  const at = { used: usedAt, visited: visitedAt, sent: sentAt, waiting: null, not_delivered: null }[state];
  const when = at === null ? label : words.when(label, formatWhen(at, now));
  return hasOldUrl ? words.oldUrl(when) : when;
}
