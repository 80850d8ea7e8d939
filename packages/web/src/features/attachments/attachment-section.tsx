import { useQuery } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { type ReactNode, useCallback, useMemo, useRef } from "react";
import { useNow } from "../../components/use-now.ts";
import { instanceQuery, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import { AttachButton } from "./attach-button.tsx";
import { type AttachmentActions, AttachmentRow } from "./attachment-row.tsx";
import { DropFrame } from "./choosing/drop-frame.tsx";
import { useChoosing } from "./choosing/use-choosing.ts";
import { removeAttachment } from "./remove-attachment.ts";
import { beginUploads, type ChosenFile } from "./uploads/begin-uploads.ts";
import { useUploadIds } from "./uploads/upload-list.ts";
import { UploadRows } from "./uploads/upload-row.tsx";
import { useListed } from "./use-listed.ts";
import { usePolling } from "./use-polling.ts";
import { DownloadAll } from "./zip/download-all.tsx";

const words = texts.attachments;

type AttachmentSectionProps = {
  note: Note;
  /** Shows a file large. */
  onPreview: (attachmentId: string) => void;
  /** Asks for a temporary link to a file. */
  onCopyLink: (attachment: Attachment) => void;
  /** Shares one file without the note; for the owner of the note. */
  onShare: (attachment: Attachment) => void;
};

/** The files of a note, and those on their way to it; for the whole page of the note, on which files may be dropped. */
export function AttachmentSection({ note, ...given }: AttachmentSectionProps) {
  const section = useRef<HTMLElement>(null);
  const now = useNow();
  const { data: session } = useQuery(sessionQuery);
  const { data: instance } = useQuery(instanceQuery);
  const accountId = session?.user.id;
  const canEdit = note.role !== "viewer";
  const attachments = useListed(note);
  const uploadIds = useUploadIds(note.id);
  const actions = useStableActions(note, given);
  usePolling(note, { shown: attachments });

  const limitBytes = instance?.limits.uploadMaxBytes;
  const onChosen = useCallback(
    (files: ChosenFile[]) => {
      if (files.length === 0) toasts.add({ title: words.emptyFolder });
      else if (accountId !== undefined) beginUploads(files, { userId: accountId, noteId: note.id, limitBytes });
    },
    [accountId, note.id, limitBytes],
  );
  const isHeld = useChoosing({ isEnabled: canEdit, onChosen });
  const isEmpty = attachments.length === 0 && uploadIds.length === 0;
  return (
    <section ref={section} aria-label={words.title} className="flex flex-col gap-2">
      <div className="flex min-h-11 flex-wrap items-center gap-2 md:min-h-9">
        <h2 className="mr-auto font-semibold">{words.title}</h2>
        <DownloadAll note={note} attachments={attachments} />
        {canEdit && !isEmpty && <AttachButton onChosen={onChosen} />}
      </div>
      {isEmpty ? (
        <NoFiles>{canEdit && <AttachButton onChosen={onChosen} />}</NoFiles>
      ) : (
        <ul className="flex flex-col gap-px">
          <UploadRows ids={uploadIds} />
          {attachments.map((attachment) => (
            <AttachmentRow key={attachment.id} {...{ attachment, actions, accountId }} now={now} />
          ))}
        </ul>
      )}
      {isHeld && <DropFrame over={section.current?.closest("main") ?? null} />}
    </section>
  );
}

function NoFiles({ children }: { children: ReactNode }) {
  const { editor, editorOnTouch, viewer } = words.empty;
  return (
    <div className="flex flex-col items-center gap-3 rounded-card border border-dashed px-6 py-8 text-center text-muted">
      {children === false ? (
        <p>{viewer}</p>
      ) : (
        <>
          <p className="pointer-coarse:hidden">{editor}</p>
          <p className="pointer-fine:hidden">{editorOnTouch}</p>
          <div className="text-ink">{children}</div>
        </>
      )}
    </div>
  );
}

/** The same object as long as the person may do the same, so that rows are drawn anew only when they change. */
function useStableActions({ role }: Note, given: Omit<AttachmentSectionProps, "note">): AttachmentActions {
  const latest = useRef(given);
  latest.current = given;
  return useMemo(
    () => ({
      onPreview: (id) => latest.current.onPreview(id),
      onCopyLink: (attachment) => latest.current.onCopyLink(attachment),
      onShare: role === "owner" ? (attachment) => latest.current.onShare(attachment) : undefined,
      onRemove: role === "viewer" ? undefined : removeAttachment,
    }),
    [role],
  );
}
