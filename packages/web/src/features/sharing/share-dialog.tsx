import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { type ReactNode, type RefObject, useRef, useState } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { useNow } from "../../components/hooks.ts";
import { Failure, Skeleton } from "../../components/states.tsx";
import { instanceQuery, sessionQuery } from "../../service/queries.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { shareDialogTexts } from "../../texts/en/share-lists.ts";
import { formatSpan, texts } from "../../texts/index.ts";
import { useInvite } from "./change-shares.ts";
import { PeopleForm } from "./people-form.tsx";
import { ShareFiles } from "./share-files.tsx";
import { ShareRow } from "./share-row.tsx";
import { type Entry, type Subject, sharesQuery } from "./shares-query.ts";

const words = texts.sharing;

type ShareDialogProps = {
  noteId: string;
  /** The files to share without their note. Default: the whole note is shared. */
  files?: readonly Attachment[];
  /** Whether the user is the owner. An editor can make links, but cannot invite people. */
  canInvite: boolean;
  /** The links of the note or file, which the dialog shows below the people. */
  links: ReactNode;
  /** The element that gets the focus first. Default: the field for people. */
  initialFocus?: RefObject<HTMLElement | null>;
  onClose: () => void;
};

/** Shares files of a note, by default the whole note. */
export function ShareDialog({ files = [], ...props }: ShareDialogProps) {
  const [first, second] = files;
  if (first === undefined || second === undefined) return <ShareOne attachment={first} {...props} />;
  return <ShareFiles files={files} onClose={props.onClose} />;
}

type ShareOneProps = Omit<ShareDialogProps, "files"> & { attachment: Attachment | undefined };

function ShareOne({ noteId, attachment, canInvite, links, initialFocus, onClose }: ShareOneProps) {
  const subject = attachment === undefined ? { noteId } : { attachmentId: attachment.id };
  const input = useRef<HTMLInputElement>(null);
  const invite = useInvite(subject);
  return (
    <Dialog
      onClose={onClose}
      title={attachment === undefined ? words.shareNote : words.shareFile(attachment.filename)}
      description={attachment === undefined || !canInvite ? undefined : words.shareFileHint}
      initialFocus={initialFocus ?? input}
      className="md:w-[520px]"
    >
      <div className="flex flex-col gap-6">
        {canInvite && (
          <>
            <PeopleForm
              name={attachment?.id ?? noteId}
              invite={invite}
              hasRole={attachment === undefined}
              inputRef={input}
            />
            <ShareList subject={subject} />
            {attachment === undefined && (
              <CopyButton
                text={new URL(`/n/${noteId}`, location.origin).href}
                action={texts.notes.copyLink}
                className="self-start"
              />
            )}
          </>
        )}
        {links}
      </div>
    </Dialog>
  );
}

const nameOfShare = (share: Entry) => nameOf(share, { otherwise: share.userId });

/** Lists who has access: the owner, then all others by name. Includes expired shares, and shares that the user has just deleted. */
function ShareList({ subject }: { subject: Subject }) {
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
      {shares.isError && shares.data === undefined && <Failure title={shareDialogTexts.list.failed} query={shares} />}
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
