import { useQuery } from "@tanstack/react-query";
import { type Attachment, type Invitation, ValetKeyError } from "@valetkey/client";
import { useEffect, useRef, useState } from "react";
import { Dialog } from "../../components/dialog.tsx";
import { instanceQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { shareDialogTexts } from "../../texts/en/share-lists.ts";
import { describeProblem, formatDuration } from "../../texts/index.ts";
import { useInviteToFiles } from "./change-shares.ts";
import { PeopleForm } from "./people-form.tsx";
import { type Message, MessageCard } from "./share-row.tsx";

const words = shareDialogTexts.files;
const { message } = invitationTexts;

type ShareFilesProps = { files: readonly Attachment[]; onClose: () => void };

/** A file, and an invitation that lets one person open this file. */
type Invited = { file: Attachment; invitation: Invitation };

/** After an error, the ids of the files that are already shared with these people. */
type Progress = { people: string; ids: readonly string[] };

const NOTHING: Progress = { people: "", ids: [] };

/**
 * Shares several files without their note. If the service refuses a file, the user can retry, and the retry shares only the remaining
 * files.
 */
export function ShareFiles({ files, onClose }: ShareFilesProps) {
  const hasMail = useQuery(instanceQuery).data?.mail !== false;
  const [done, setDone] = useState(NOTHING);
  const [invited, setInvited] = useState<readonly Invited[]>([]);
  const latest = useRef({ shared: 0, isShown: true }).current;
  useEffect(() => {
    latest.isShown = true;
    return () => {
      latest.isShown = false;
    };
  }, [latest]);
  const invite = useInviteToFiles({
    filesFor(emails) {
      const rest = emails.join() === done.people ? files.filter(({ id }) => !done.ids.includes(id)) : files;
      latest.shared = files.length - rest.length;
      return rest;
    },
    onShared(file, { emails, invitations }) {
      latest.shared += 1;
      const people = emails.join();
      setDone(({ people: before, ids }) => ({ people, ids: before === people ? [...ids, file.id] : [file.id] }));
      const made = invitations.map((invitation) => ({ file, invitation }));
      setInvited((before) => [
        ...before.filter((one) => !invitations.some(({ id }) => id === one.invitation.id)),
        ...made,
      ]);
      if (latest.shared === files.length) setDone(NOTHING);
    },
    onError(error) {
      if (latest.isShown) return;
      const description = describeProblem(error);
      toasts.add({ title: words.shared(latest.shared, files.length), description, priority: "high" });
    },
  });
  return (
    <Dialog onClose={onClose} title={words.title(files.length)} description={words.hint} className="md:w-[520px]">
      <div className="flex flex-col gap-4">
        <PeopleForm
          name={files.map(({ id }) => id).join()}
          invite={invite}
          kind="files"
          problem={done.ids.length > 0 ? describePart(files, { done, error: invite.error }) : undefined}
        />
        {done.ids.length > 0 && !invite.isError && (
          <p className="text-muted text-small tabular-nums">{words.shared(done.ids.length, files.length)}</p>
        )}
        <MessageCard messages={writeMessages(invited)} isMailed={hasMail} />
      </div>
    </Dialog>
  );
}

/** The maximum number of files that an error names. */
const MOST_NAMES = 2;

/** Says which files are not shared yet, and why. */
function describePart(files: readonly Attachment[], { done, error }: { done: Progress; error: unknown }): string {
  const rest = files.filter(({ id }) => !done.ids.includes(id)).map(({ filename }) => filename);
  const missing = rest.length > MOST_NAMES ? words.count(rest.length) : rest.join(", ");
  const wait = error instanceof ValetKeyError && error.code === "rate_limited" ? error.retryAfterSeconds : undefined;
  const reason = wait === undefined ? describeProblem(error) : words.tooOften(formatDuration(wait));
  return [words.shared(done.ids.length, files.length), words.missing(missing), reason].join(" ");
}

/** Writes a message for each person, with an invitation for each file. */
function writeMessages(invited: readonly Invited[]): Message[] {
  const emails = [...new Set(invited.map(({ invitation }) => invitation.email))];
  return emails.map((email) => {
    const lines = invited
      .filter(({ invitation }) => invitation.email === email)
      .map(({ file, invitation }) => `${file.filename}: ${invitation.url}`);
    return { email, text: message.files(lines) };
  });
}
