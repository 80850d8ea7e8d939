import { useQuery } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { Paperclip } from "lucide-react";
import { type ReactNode, useMemo, useRef } from "react";
import { useNow } from "../../components/use-now.ts";
import { instanceQuery, noteQuery, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import { AttachButton } from "./attach-button.tsx";
import { type AttachmentActions, AttachmentRow } from "./attachment-row.tsx";
import { useDropAndPaste } from "./drop-and-paste/use-drop-and-paste.ts";
import { removeAttachment } from "./remove-attachment.ts";
import type { ChosenFile } from "./uploads/upload.ts";
import { UploadRow, useUploadIds } from "./uploads/upload-row.tsx";
import { uploads } from "./uploads/uploads.ts";
import { useListedAttachments } from "./use-listed-attachments.ts";
import { DownloadAll } from "./zip/download-all.tsx";

const words = texts.attachments;

type AttachmentSectionProps = {
  note: Note;
  onPreview: (attachmentId: string) => void;
  /** Opens the links of one file. */
  onCopyLink: (attachment: Attachment) => void;
  /** Opens the dialog that shares one file without its note. Only the owner of the note can share a file. */
  onShare: (attachment: Attachment) => void;
};

/** The attachments and uploads of a note. It accepts files that the user drops anywhere on the page. */
export function AttachmentSection({ note, ...callbacks }: AttachmentSectionProps) {
  const section = useRef<HTMLElement>(null);
  const now = useNow();
  const { data: session } = useQuery(sessionQuery);
  const { data: instance } = useQuery(instanceQuery);
  const accountId = session?.user.id;
  const canEdit = note.role !== "viewer";
  const attachments = useListedAttachments(note);
  const uploadIds = useUploadIds(note.id);
  const hasLinks = instance?.limits.links.enabled === true;
  const actions = useStableActions(note, { hasLinks, callbacks });
  useNotePolling(note, { shown: attachments });

  const maxBytes = instance?.limits.uploadMaxBytes;
  const onChosen = (files: ChosenFile[]) => {
    if (files.length === 0) toasts.add({ title: words.emptyFolder });
    else if (accountId !== undefined) uploads.add(files, { userId: accountId, noteId: note.id, maxBytes });
  };
  const { isDragged, drop } = useDropAndPaste({ isEnabled: canEdit, onChosen });
  const isEmpty = attachments.length === 0 && uploadIds.length === 0;
  return (
    <section ref={section} aria-label={words.title} className="flex flex-col gap-2">
      <div className="flex min-h-11 flex-wrap items-center gap-2 md:min-h-9">
        <h2 className="mr-auto font-semibold">{words.title}</h2>
        <DownloadAll note={note} attachments={attachments} />
        {canEdit && !isEmpty && <AttachButton {...drop} />}
      </div>
      {isEmpty ? (
        <NoFiles>{canEdit && <AttachButton {...drop} />}</NoFiles>
      ) : (
        <ul className="flex flex-col gap-px">
          {attachments.map((attachment) => (
            <AttachmentRow
              key={attachment.id}
              attachment={attachment}
              actions={actions}
              accountId={accountId}
              now={now}
            />
          ))}
          {uploadIds.map((id) => (
            <UploadRow key={id} id={id} />
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

/** The frame over the note while files are dragged over the page. Drag events pass through it. */
function DropFrame({ over }: { over: Element | null }) {
  const box = over?.getBoundingClientRect();
  return (
    <div
      className="pointer-events-none fixed inset-0 z-30 p-2"
      style={
        box && { top: box.top, left: box.left, right: "auto", bottom: "auto", width: box.width, height: box.height }
      }
    >
      <div className="flex size-full items-end justify-center rounded-card border-2 border-accent border-dashed bg-accent-soft/60 pb-16 md:items-center md:pb-0">
        <p className="flex items-center gap-2 rounded-card bg-accent px-4 py-2 font-medium text-on-accent shadow-float">
          <Paperclip size={16} />
          {words.drop}
        </p>
      </div>
    </div>
  );
}

type StableActionsOptions = {
  /** Whether the operator allows links. */
  hasLinks: boolean;
  callbacks: Omit<AttachmentSectionProps, "note">;
};

/** Returns the same object while the role is the same, so that unchanged rows are not rendered again. */
function useStableActions({ role }: Note, { hasLinks, callbacks }: StableActionsOptions): AttachmentActions {
  const latest = useRef(callbacks);
  latest.current = callbacks;
  return useMemo(
    () => ({
      canReview: role !== "viewer",
      onPreview: (id) => latest.current.onPreview(id),
      onCopyLink: hasLinks && role !== "viewer" ? (attachment) => latest.current.onCopyLink(attachment) : undefined,
      onShare: role === "owner" ? (attachment) => latest.current.onShare(attachment) : undefined,
      onRemove: role === "viewer" ? undefined : removeAttachment,
    }),
    [role, hasLinks],
  );
}

/** The pause between polls during a verification, which usually takes seconds. Milliseconds. */
const VERIFY_MS = 2_000;
/** The pause between polls while another person uploads a file. Milliseconds. */
const UPLOAD_MS = 10_000;

function useNotePolling({ id }: Note, { shown }: { shown: readonly Attachment[] }): void {
  const isVerifying = shown.some(({ state }) => state === "verifying" || state === "scanning");
  const isUploading = shown.some(({ state }) => state === "pending");
  useQuery({
    ...noteQuery(id),
    refetchInterval: isVerifying ? VERIFY_MS : isUploading && UPLOAD_MS,
    notifyOnChangeProps: [],
  });
}
