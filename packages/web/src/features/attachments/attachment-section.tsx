import { useQuery } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { ListFilter, Paperclip } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { IconButton } from "../../components/icon-button.tsx";
import { rovingList } from "../../components/roving-list.ts";
import { useNow } from "../../components/use-now.ts";
import { instanceQuery, sessionQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import { AttachButton } from "./attach-button.tsx";
import { AttachmentRow } from "./attachment-row.tsx";
import { useDropAndPaste } from "./drop-and-paste/use-drop-and-paste.ts";
import type { ChosenFile } from "./uploads/upload.ts";
import { UploadRow, useUploadIds } from "./uploads/upload-row.tsx";
import { uploads } from "./uploads/uploads.ts";
import { useFileTools } from "./use-file-tools.ts";
import { useListedAttachments } from "./use-listed-attachments.ts";
import { useNotePolling } from "./use-note-polling.ts";
import { useRowActions } from "./use-row-actions.ts";
import { DownloadAll } from "./zip/download-all.tsx";

const words = texts.attachments;

type AttachmentSectionProps = {
  note: Note;
  /** `listed`: all files that the list shows, in their order. */
  onPreview: (attachmentId: string, listed: readonly Attachment[]) => void;
  /** Opens the links of one file, or makes a link of several files. */
  onCopyLink: (attachments: readonly Attachment[]) => void;
  /** Opens the dialog that shares files without their note. Only the owner of the note can share a file. */
  onShare: (attachments: readonly Attachment[]) => void;
};

/** Shows the attachments and uploads of a note, and accepts files that the user drops anywhere on the page. */
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
  const { listed, open: tools, toggle } = useFileTools(attachments);
  const [renamedId, setRenamedId] = useState<string>();
  const actions = useRowActions(note, {
    hasLinks,
    callbacks: {
      ...callbacks,
      onPreview: (id) => callbacks.onPreview(id, listed),
      onRename: (attachment) => setRenamedId(attachment?.id),
      onChoose: (id, isRange) => tools?.choose(id, isRange),
    },
  });
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
      <div className="flex min-h-11 flex-wrap items-center md:min-h-9 md:gap-2">
        <h2 className="mr-auto font-semibold">{words.title}</h2>
        {(attachments.length > 1 || tools !== undefined) && (
          <IconButton
            label={words.manage}
            aria-expanded={tools !== undefined}
            className="aria-expanded:bg-selected aria-expanded:text-ink"
            onClick={toggle}
          >
            <ListFilter size={16} />
          </IconButton>
        )}
        <DownloadAll note={note} attachments={attachments} />
        {canEdit && !isEmpty && <AttachButton {...drop} />}
      </div>
      {tools !== undefined && attachments.length > 0 && (
        <tools.code.FileTools
          note={note}
          files={attachments}
          shown={listed}
          managed={tools.managed}
          onChange={tools.change}
          onLink={hasLinks && canEdit ? callbacks.onCopyLink : undefined}
          onShare={note.role === "owner" ? callbacks.onShare : undefined}
        />
      )}
      {isEmpty ? (
        <NoFiles>{canEdit && <AttachButton {...drop} />}</NoFiles>
      ) : (
        <ul ref={rovingList} className="flex flex-col gap-px">
          {listed.map((attachment) => (
            <AttachmentRow
              key={attachment.id}
              attachment={attachment}
              actions={actions}
              accountId={accountId}
              now={now}
              isChosen={tools?.managed.choice.ids.has(attachment.id)}
              isRenaming={attachment.id === renamedId}
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

/** The frame over the note while files are dragged over the page. Drag events pass through the frame. */
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
