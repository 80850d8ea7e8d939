import { useQuery } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { type ReactNode, useCallback, useMemo, useRef } from "react";
import { useNow } from "../../components/use-now.ts";
import { instanceQuery, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import { AttachButton } from "./attach-button.tsx";
import { type AttachmentActions, AttachmentRow } from "./attachment-row.tsx";
import { DropFrame } from "./drop-and-paste/drop-frame.tsx";
import { useDropAndPaste } from "./drop-and-paste/use-drop-and-paste.ts";
import { removeAttachment } from "./remove-attachment.ts";
import type { ChosenFile } from "./uploads/upload.ts";
import { UploadRows, useUploadIds } from "./uploads/upload-row.tsx";
import { uploads } from "./uploads/uploads.ts";
import { useListedAttachments } from "./use-listed-attachments.ts";
import { useNotePolling } from "./use-note-polling.ts";
import { DownloadAll } from "./zip/download-all.tsx";

const words = texts.attachments;

type AttachmentSectionProps = {
  note: Note;
  /** Opens the preview. */
  onPreview: (attachmentId: string) => void;
  /** Opens the dialog of temporary links. */
  onCopyLink: (attachment: Attachment) => void;
  /** Opens the dialog that shares one file without its note. Only the owner of the note sees it. */
  onShare: (attachment: Attachment) => void;
};

/** The attachments and uploads of a note. It accepts files that are dropped anywhere on the page. */
export function AttachmentSection({ note, ...callbacks }: AttachmentSectionProps) {
  const section = useRef<HTMLElement>(null);
  const now = useNow();
  const { data: session } = useQuery(sessionQuery);
  const { data: instance } = useQuery(instanceQuery);
  const accountId = session?.user.id;
  const canEdit = note.role !== "viewer";
  const attachments = useListedAttachments(note);
  const uploadIds = useUploadIds(note.id);
  const actions = useStableActions(note, callbacks);
  useNotePolling(note, { shown: attachments });

  const maxBytes = instance?.limits.uploadMaxBytes;
  const onChosen = useCallback(
    (files: ChosenFile[]) => {
      if (files.length === 0) toasts.add({ title: words.emptyFolder });
      else if (accountId !== undefined) uploads.add(files, { userId: accountId, noteId: note.id, maxBytes });
    },
    [accountId, note.id, maxBytes],
  );
  const isDragged = useDropAndPaste({ isEnabled: canEdit, onChosen });
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
            <AttachmentRow
              key={attachment.id}
              attachment={attachment}
              actions={actions}
              accountId={accountId}
              now={now}
            />
          ))}
        </ul>
      )}
      {isDragged && <DropFrame over={section.current?.closest("main") ?? null} />}
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

/** Returns the same object while the role is the same, so that unchanged rows are not rendered again. */
function useStableActions({ role }: Note, callbacks: Omit<AttachmentSectionProps, "note">): AttachmentActions {
  const latest = useRef(callbacks);
  latest.current = callbacks;
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
