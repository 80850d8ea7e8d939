import type { Attachment } from "@valetkey/client";
import { type ReactNode, type RefObject, useRef } from "react";
import { CopyButton } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { copyText } from "../../service/clipboard.ts";
import { texts } from "../../texts/index.ts";
import { useInvite } from "./change-shares.ts";
import { PeopleForm } from "./people-form.tsx";
import { ShareFiles } from "./share-files.tsx";
import { ShareList } from "./share-list.tsx";

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
                onCopy={copyText}
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
