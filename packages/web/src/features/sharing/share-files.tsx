import type { Attachment, Invitation } from "@valetkey/client";
import { useRef, useState } from "react";
import { CopyButton } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { copyText } from "../../service/clipboard.ts";
import { shareDialogTexts } from "../../texts/en/share-dialog.ts";
import { useInviteToFiles } from "./change-shares.ts";
import { PeopleForm } from "./people-form.tsx";

const words = shareDialogTexts.files;

type ShareFilesProps = { files: readonly Attachment[]; onClose: () => void };

/** A file, and an invitation that opens it. */
type Invited = { file: Attachment; invitation: Invitation };

/** Shares several files of a note by themselves. After a failure, it shares only the rest. */
export function ShareFiles({ files, onClose }: ShareFilesProps) {
  const input = useRef<HTMLInputElement>(null);
  const [rest, setRest] = useState(files);
  const [invited, setInvited] = useState<readonly Invited[]>([]);
  const invite = useInviteToFiles(rest, {
    onShared(file, invitations) {
      setRest((before) => (before.length === 1 ? files : before.filter(({ id }) => id !== file.id)));
      const made = invitations.map((invitation) => ({ file, invitation }));
      setInvited((before) => [
        ...before.filter((one) => !invitations.some(({ id }) => id === one.invitation.id)),
        ...made,
      ]);
    },
  });
  return (
    <Dialog
      onClose={onClose}
      title={words.title(files.length)}
      description={words.hint}
      initialFocus={input}
      className="md:w-[520px]"
    >
      <div className="flex flex-col gap-6">
        <div className="flex flex-col gap-3">
          <PeopleForm invite={invite} hasRole={false} inputRef={input} />
          {rest.length < files.length && (
            <p className="text-muted text-small tabular-nums">
              {words.shared(files.length - rest.length, files.length)} {invite.isError && words.again}
            </p>
          )}
        </div>
        {invited.length > 0 && <Invitations invited={invited} />}
      </div>
    </Dialog>
  );
}

/** The invitations to copy, by person, because an invitation is for one person. */
function Invitations({ invited }: { invited: readonly Invited[] }) {
  const emails = [...new Set(invited.map(({ invitation }) => invitation.email))];
  return (
    <section aria-label={words.invitations} className="flex flex-col gap-1">
      <h3 className="font-medium text-small">{words.invitations}</h3>
      <ul>
        {emails.map((email) => (
          <li key={email} className="flex items-center justify-between gap-3 py-1">
            <span className="truncate">{email}</span>
            <CopyButton
              text={toLines(invited.filter(({ invitation }) => invitation.email === email))}
              action={words.copy}
              label={words.copyOf(email)}
              onCopy={copyText}
            />
          </li>
        ))}
      </ul>
      <p className="text-muted text-small">{words.copyHint}</p>
    </section>
  );
}

const toLines = (invited: readonly Invited[]) =>
  invited.map(({ file, invitation }) => `${file.filename}: ${invitation.url}`).join("\n");
