import { useQuery } from "@tanstack/react-query";
import type { Attachment, Invitation } from "@valetkey/client";
import { Link2, UsersRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { EmailText, isSameEmail } from "../../components/email-field.tsx";
import { isExpired } from "../../components/expiry.ts";
import { useNow } from "../../components/hooks.ts";
import { Failure, Skeleton } from "../../components/states.tsx";
import { useTabs } from "../../components/tabs.tsx";
import { instanceQuery, noteQuery, sessionQuery } from "../../service/queries.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { shareDialogTexts } from "../../texts/en/share-lists.ts";
import { formatSpan, texts } from "../../texts/index.ts";
import { nameAll } from "./access-line.tsx";
import { useInvite } from "./change-shares.ts";
import { PeopleForm } from "./people-form.tsx";
import { ShareFiles } from "./share-files.tsx";
import { inviteTo, type Message, MessageCard, ShareRow } from "./share-row.tsx";
import { type Entry, type Subject, sharesQuery } from "./shares-query.ts";

const words = texts.sharing;
const { message } = invitationTexts;

type ShareDialogProps = {
  noteId: string;
  /** The files that the user shares without their note. Default: the dialog shares the whole note. */
  files?: readonly Attachment[];
  /** Whether the user may invite people. Only the owner may do this, but editors can also make links. */
  canInvite: boolean;
  /** The tab that is open first. Default: the tab of the people. */
  tab?: "people" | "link";
  /** The content of the tab with the links to the note or file. */
  links: ReactNode;
  onClose: () => void;
};

/** Shares the whole note, or only some of its files. */
export function ShareDialog({ files = [], ...props }: ShareDialogProps) {
  const [first, second] = files;
  if (first === undefined || second === undefined) return <ShareOne attachment={first} {...props} />;
  return <ShareFiles files={files} onClose={props.onClose} />;
}

type ShareOneProps = Omit<ShareDialogProps, "files"> & { attachment: Attachment | undefined };

function ShareOne({ noteId, attachment, canInvite, tab = "people", links, onClose }: ShareOneProps) {
  const people = <People noteId={noteId} attachment={attachment} />;
  const { bar, content } = useTabs(
    shareDialogTexts.tabs.label,
    [
      { name: "people", ...shareDialogTexts.tabs.people, icon: <UsersRound size={16} />, content: people },
      { name: "link", ...shareDialogTexts.tabs.link, icon: <Link2 size={16} />, content: links },
    ],
    tab,
  );
  return (
    <Dialog
      onClose={onClose}
      title={attachment === undefined ? words.share : words.shareFile(attachment.filename)}
      bar={canInvite && bar}
      className="md:w-[560px]"
    >
      {canInvite ? content : links}
    </Dialog>
  );
}

function People({ noteId, attachment }: Pick<ShareOneProps, "noteId" | "attachment">) {
  const subject = attachment === undefined ? { noteId } : { attachmentId: attachment.id };
  const invite = useInvite(subject);
  const hasMail = useQuery(instanceQuery).data?.mail !== false;
  const { title = "" } = useQuery(noteQuery(noteId)).data ?? {};
  const what = attachment?.filename ?? (title === "" ? texts.notes.untitled : title);
  const path = attachment === undefined ? `/n/${noteId}` : `/shared?file=${attachment.id}`;
  return (
    <div className="flex flex-col gap-4">
      {attachment !== undefined && <p className="text-pretty text-muted text-small">{words.shareFileHint}</p>}
      <PeopleForm name={attachment?.id ?? noteId} invite={invite} kind={attachment === undefined ? "note" : "file"} />
      {!hasMail && invite.data !== undefined && (
        <MessageCard messages={writeMessages(invite.data, { what, path })} isMailed={false} />
      )}
      <ShareList
        subject={subject}
        what={what}
        fresh={invite.data?.emails ?? []}
        hasMail={hasMail}
        noteOfFile={attachment === undefined ? undefined : noteId}
      />
    </div>
  );
}

type Invited = { emails: readonly string[]; invitations: readonly Invitation[] };

/**
 * Writes the messages. A person who has opened the item before needs no invitation, so the message for this person has the path of the
 * item.
 */
function writeMessages({ emails, invitations }: Invited, { what, path }: { what: string; path: string }): Message[] {
  return emails.map((email) => {
    const invitation = invitations.find((one) => isSameEmail(one.email, email));
    const url = new URL(path, location.origin).href;
    return { email, text: invitation === undefined ? message.plain(what, url) : inviteTo(what, invitation) };
  });
}

const nameOfShare = (share: Entry) => nameOf(share, { otherwise: share.userId });

type ShareListProps = {
  subject: Subject;
  what: string;
  /** The email addresses with which the user has just shared the item. */
  fresh: readonly string[];
  hasMail: boolean;
  /** The note of a shared file. Everyone who can see the note can open the file. */
  noteOfFile: string | undefined;
};

/**
 * Lists who has access: the owner, then the people whom the user has just added, then all others by name. Includes expired shares, and
 * shares that the user has just deleted.
 */
function ShareList({ subject, what, fresh, hasMail, noteOfFile }: ShareListProps) {
  useNow(1_000);
  // The clock of the page may be some seconds late, so a new share of one hour would seem longer.
  const now = Date.now();
  const owner = useQuery(sessionQuery).data?.user;
  const shares = useQuery(sharesQuery(subject));
  const ofNote = useQuery({ ...sharesQuery({ noteId: noteOfFile ?? "" }), enabled: noteOfFile !== undefined });
  const failed = [shares, ofNote].find(({ isError, data }) => isError && data === undefined);
  const [removed, setRemoved] = useState<Entry[]>([]);
  const others = (ofNote.data ?? [])
    .filter(({ expiresAt }) => !isExpired(expiresAt, now))
    .map(({ userId, name, email }) => ({ id: userId, name, email }));
  const current = shares.data ?? [];
  const isGone = (entry: Entry) => !current.some((share) => isSame(share, entry));
  const isFresh = ({ email }: Entry) => email !== null && fresh.some((one) => isSameEmail(one, email));
  const rows = [...current, ...removed.filter(isGone)].sort(
    (a, b) => Number(isFresh(b)) - Number(isFresh(a)) || nameOfShare(a).localeCompare(nameOfShare(b)),
  );
  return (
    <section aria-label={shareDialogTexts.list.title} className="flex flex-col gap-1">
      <h3 className="font-medium text-small">{shareDialogTexts.list.title}</h3>
      <ul>
        {owner !== undefined && (
          <li className="flex items-start gap-3 py-2">
            <Avatar name={owner.name} className="mt-0.5" />
            <div className="min-w-0 grow">
              <p className="truncate leading-6">{words.you(owner.name)}</p>
              <EmailText email={owner.email} className="text-muted text-small" />
            </div>
            <span className="text-muted text-small leading-6">{words.owner}</span>
          </li>
        )}
        {others.length > 0 && (
          <li className="flex items-start gap-3 py-2">
            <span className="mt-0.5 inline-flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent">
              <UsersRound size={14} />
            </span>
            <div className="min-w-0">
              <p className="break-words leading-6">{nameAll(others)}</p>
              <p className="text-muted text-small">{shareDialogTexts.list.ofNote}</p>
            </div>
          </li>
        )}
        {shares.isPending && <Skeleton className="my-2 h-11" />}
        {rows.map((share) => (
          <ShareRow
            key={keyOf(share)}
            subject={subject}
            what={what}
            share={share}
            isGone={isGone(share)}
            hasMessage={!hasMail && isFresh(share)}
            onRemove={(gone) => setRemoved([...removed.filter((one) => !isSame(one, gone)), gone])}
            now={now}
          />
        ))}
      </ul>
      {failed !== undefined && <Failure title={shareDialogTexts.list.failed} query={failed} />}
      {removed.length > 0 && <RemovalHint />}
    </section>
  );
}

/** Returns a key for the row of a person. A restored invitation has a new id, so its email address is the key. */
const keyOf = ({ invitation, userId }: Entry) => (invitation === undefined ? userId : invitation.email);
const isSame = (one: Entry, other: Entry) => keyOf(one) === keyOf(other);

/** Says how long a removed person can still download. A URL that the service has already issued works until the URL expires. */
function RemovalHint() {
  const limits = useQuery(instanceQuery).data?.limits;
  if (limits === undefined) return null;
  const longest = limits.urlTtlMaxSharedSeconds;
  const usual = Math.min(limits.urlTtlDefaultSeconds, longest);
  return (
    <p className="mt-2 text-pretty text-muted text-small">
      {shareDialogTexts.removal(formatSpan(usual), longest > usual ? formatSpan(longest) : undefined)}
    </p>
  );
}
