import { useStore } from "@nanostores/react";
import { useQuery } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { clsx } from "clsx";
import { LayoutGrid, ListChecks, Paperclip, Rows3 } from "lucide-react";
import { Fragment, type RefObject, useMemo, useState } from "react";
import { Button, dropzoneStyle, IconButton } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { rovingList } from "../../components/roving-list.ts";
import { Skeleton } from "../../components/states.tsx";
import { inFolders } from "../../files/folders.ts";
import { usualLayout } from "../../files/picture-layout.ts";
import { $fileLayouts, chooseFileLayout } from "../../service/choices.ts";
import { $dragged, DRAGGED_TYPE } from "../../service/dragged-files.ts";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { instanceQuery, noteQuery, sessionQuery } from "../../service/queries.ts";
import { hasThumbnail } from "../../service/thumbnails.ts";
import { showProblem, toasts } from "../../service/toasts.ts";
import { formatNumber, texts } from "../../texts/index.ts";
import { kindOfFile } from "./arrange-files.ts";
import { AttachArea, AttachFolder, DropFrame, NoFiles } from "./attach-areas.tsx";
import { AttachmentRow, useRowActions } from "./attachment-row.tsx";
import { DownloadAll } from "./download-all.tsx";
import { useDropAndPaste } from "./drop-and-paste.ts";
import { FileGrid, FolderHeading } from "./file-grid.tsx";
import type { Managed } from "./file-tools.tsx";
import { pendingDeletions } from "./pending-deletions.ts";
import type { ChosenFile } from "./uploads/upload.ts";
import { attachFiles, uploads, useUploadIds, useWaitingFiles } from "./uploads/uploads.ts";

const words = texts.attachments;

type AttachmentSectionProps = {
  /** The element of the section, so that other parts of the page can focus the section. */
  ref: RefObject<HTMLElement | null>;
  note: Note;
  /** Resolves with the id of the note when the service has created the note. `filename` is the name of the first file. */
  prepare: (filename: string) => Promise<string>;
  /** `listed` has all files in the order of the list. */
  onPreview: (attachmentId: string, listed: readonly Attachment[]) => void;
  /** Opens the links of one file, or makes a link to several files. */
  onCopyLink: (attachments: readonly Attachment[]) => void;
  onMove: (attachments: readonly Attachment[], isCopy: boolean) => void;
  /** Opens the dialog that shares files without their note. Only the owner of a note can share its files. */
  onShare: (attachments: readonly Attachment[]) => void;
};

/** Shows the attachments and uploads of a note. Accepts files that the user drops anywhere on the page. */
export function AttachmentSection({ ref: section, note, prepare, ...callbacks }: AttachmentSectionProps) {
  const now = useNow();
  const { data: session } = useQuery(sessionQuery);
  const { data: instance } = useQuery(instanceQuery);
  const accountId = session?.user.id;
  const canEdit = note.role !== "viewer";
  const attachments = useListedAttachments(note);
  const uploadIds = useUploadIds(note.id);
  const waiting = useWaitingFiles(note.id);
  const hasLinks = instance?.limits.links.enabled === true;
  const { listed, open: tools, toggle, choose } = useFileTools(attachments);
  const isManaged = tools !== undefined;
  const { layout, canSwitch, switchLayout } = useFileLayout(note.id, attachments);
  // A tile has no space for the state of a file that is not ready, so such files have rows below the grid.
  const tiles = useMemo(
    () => (layout === "grid" ? inFolders(listed.filter(({ state }) => state === "ready")) : []),
    [layout, listed],
  );
  const rows = layout === "grid" ? listed.filter(({ state }) => state !== "ready") : listed;
  const [renamedId, setRenamedId] = useState<string>();
  const actions = useRowActions(note, {
    hasLinks,
    callbacks: {
      ...callbacks,
      onPreview: (id) => callbacks.onPreview(id, listed),
      onRename: (attachment) => setRenamedId(attachment?.id),
      onChoose: (id, isRange) => tools?.choose(id, isRange),
      onDrag(attachment, data) {
        const isChosen = (id: string) => tools?.managed.choice.ids.has(id) === true;
        const chosen = listed.filter(({ id, state }) => state === "ready" && isChosen(id));
        const files = isChosen(attachment.id) ? chosen : [attachment];
        data.setData(DRAGGED_TYPE, note.id);
        data.effectAllowed = canEdit ? "copyMove" : "copy";
        $dragged.set({ files, fromNoteId: note.id, canMove: canEdit });
      },
    },
  });
  useNotePolling(note, { shown: attachments });

  const onChosen = (files: ChosenFile[]) => {
    if (files.length === 0) toasts.add({ title: words.emptyFolder });
    else attachFiles(files, { note, prepare }).catch(showProblem);
  };
  const { isDragged, drop, accept } = useDropAndPaste({ isEnabled: canEdit, onChosen });
  const arrived = useArrivedCount(note);
  const forReview = canEdit ? attachments.filter(({ state }) => state === "quarantined").length : 0;
  const isEmpty = attachments.length === 0 && uploadIds.length === 0 && waiting.length === 0;
  return (
    <section
      ref={section}
      tabIndex={-1}
      // The code of the upload rows loads before an upload, so the rows also appear if the connection fails.
      onPointerEnter={preloadRows}
      onFocus={preloadRows}
      aria-label={words.title}
      className="flex scroll-mt-12 flex-col gap-2 rounded-card outline-offset-8"
    >
      <div className="flex min-h-11 flex-wrap items-center md:min-h-9 md:gap-1">
        <h2 className="font-semibold">{words.title}</h2>
        {arrived > 1 && (
          <span aria-hidden="true" className="whitespace-pre text-muted tabular-nums">
            {texts.common.separator + formatNumber(arrived)}
          </span>
        )}
        <div className="mr-auto">
          {canSwitch && (
            <IconButton label={layout === "grid" ? words.asList : words.asGrid} onClick={switchLayout}>
              {layout === "grid" ? <Rows3 size={16} /> : <LayoutGrid size={16} />}
            </IconButton>
          )}
        </div>
        {/* On phones and tablets, the actions for all files are icons, so that they fit beside the button that adds files. */}
        {(attachments.length > 1 || isManaged) && (
          <Button
            kind={isManaged ? "outline" : "quiet"}
            className="max-xl:px-3"
            title={isManaged ? undefined : words.select}
            onClick={toggle}
          >
            {!isManaged && <ListChecks size={18} className="xl:hidden" />}
            <span className={clsx(!isManaged && "max-xl:sr-only")}>{isManaged ? words.selectDone : words.select}</span>
          </Button>
        )}
        <DownloadAll note={note} attachments={attachments} isHidden={isManaged} />
        {canEdit && isEmpty && <AttachFolder isAlone onChosen={accept} />}
        {canEdit && !isEmpty && (
          <AttachArea {...drop} className={isManaged ? "hidden" : `${dropzoneStyle} md:ml-1`}>
            <Paperclip size={16} />
            {words.attach}
          </AttachArea>
        )}
        {canEdit && !isEmpty && !isManaged && <AttachFolder isAlone={false} onChosen={accept} />}
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
          onMove={callbacks.onMove}
        />
      )}
      {forReview > 0 && <p className="text-pretty text-small">{words.review(forReview)}</p>}
      {uploadIds.length > 0 && <Total noteId={note.id} />}
      {isEmpty ? (
        <NoFiles drop={canEdit ? drop : undefined} />
      ) : (
        <>
          {tiles.map(({ path, files }) => (
            <Fragment key={path}>
              {path !== "" && <FolderHeading note={note} path={path} files={files} onChoose={choose} />}
              <FileGrid
                files={files}
                actions={actions}
                now={now}
                chosenIds={tools?.managed.choice.ids}
                renamedId={renamedId}
              />
            </Fragment>
          ))}
          <ul ref={rovingList} className="flex flex-col gap-px">
            {inFolders(rows).map(({ path, files }) => (
              <Fragment key={path}>
                {path !== "" && (
                  <li>
                    <FolderHeading note={note} path={path} files={files} onChoose={choose} />
                  </li>
                )}
                {files.map((attachment) => (
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
              </Fragment>
            ))}
            <UploadRows ids={uploadIds} waiting={waiting} />
          </ul>
        </>
      )}
      {isDragged && <DropFrame over={section.current?.closest("#note") ?? null} />}
    </section>
  );
}

const loadRows = () => importWithRetry(() => import("./uploads/upload-row.tsx"));

const preloadRows = () => void loadRows().catch(() => undefined);

/** Shows the files that are not attached yet. Most visits upload nothing, so the code of these rows loads on demand. */
function UploadRows({ ids, waiting }: { ids: readonly string[]; waiting: readonly File[] }) {
  const count = ids.length + waiting.length;
  const { data: code } = useCode("upload rows", loadRows, { isNeeded: count > 0 });
  if (code === undefined) {
    return Array.from({ length: count }, (_, nth) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: all items are equal
      <li key={nth}>
        <Skeleton className="h-14" />
      </li>
    ));
  }
  return (
    <>
      {ids.map((id) => (
        <code.UploadRow key={id} id={id} />
      ))}
      {waiting.map((file, nth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: several files can have the same name
        <code.WaitingRow key={nth} file={file} />
      ))}
    </>
  );
}

function Total({ noteId }: { noteId: string }) {
  const { data: code } = useCode("upload rows", loadRows);
  return code === undefined ? null : <code.UploadTotal noteId={noteId} />;
}

const loadTools = () => importWithRetry(() => import("./file-tools.tsx"));

/** Returns the tools for many files, and the files that these tools list. The code loads when the user opens the tools. */
function useFileTools(attachments: readonly Attachment[]) {
  const [state, setManaged] = useState<Managed | "start">();
  const onFail = () => setManaged(undefined);
  const { data: code } = useCode("file tools", loadTools, { isNeeded: state !== undefined, onFail });
  const managed = state === "start" ? code?.START : state;
  const toggle = () => setManaged(state === undefined ? "start" : undefined);
  /** Opens the tools with these files selected. */
  const choose = (files: readonly Attachment[]) =>
    void loadTools().then(({ START, chooseAll }) => {
      const { view, choice } = managed ?? START;
      const ids = files.map(({ id }) => id).filter((id) => !choice.ids.has(id));
      setManaged({ view, choice: chooseAll(choice, ids) });
    }, showProblem);
  const isOpen = code !== undefined && managed !== undefined;
  const arranged = isOpen ? code.arrangeFiles(attachments, managed.view) : attachments;
  // The files in the order of the list, which groups files by folder.
  const listed = useMemo(() => inFolders(arranged).flatMap(({ files }) => files), [arranged]);
  if (!isOpen) return { listed, toggle, choose, open: undefined };
  return {
    listed,
    toggle,
    choose,
    open: {
      code,
      managed,
      change: setManaged,
      choose(id: string, isRange: boolean): void {
        const click = { listed: listed.map((file) => file.id), isRange };
        setManaged({ ...managed, choice: code.chooseFile(managed.choice, id, click) });
      },
    },
  };
}

/**
 * Sorts attachments by the time when they were attached, and then by id, because ids increase with time. If `shown` has ids, returns only
 * these attachments, in the order of `shown`.
 */
export function inOrder(attachments: readonly Attachment[], shown: readonly string[] = []): Attachment[] {
  if (shown.length > 0) return shown.flatMap((id) => attachments.find((attachment) => attachment.id === id) ?? []);
  return attachments.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1));
}

/**
 * Returns the attachments that the note shows as files, in the order in which they were attached. Omits deleted attachments, and
 * attachments that the page shows as uploads.
 */
function useListedAttachments({ attachments }: Note): Attachment[] {
  const hidden = useStore(pendingDeletions.$ids);
  const uploading = useStore(uploads.list.$attachmentIds);
  return useMemo(
    () => inOrder(attachments).filter((attachment) => !hidden.has(attachment.id) && !uploading.has(attachment.id)),
    [attachments, hidden, uploading],
  );
}

/** Returns how many files the note has, including uploads that the service still verifies. The list of notes counts the same files. */
function useArrivedCount({ attachments }: Note): number {
  const hidden = useStore(pendingDeletions.$ids);
  return attachments.filter(({ id, state }) => state !== "pending" && state !== "rejected" && !hidden.has(id)).length;
}

/** Returns the layout of the files of a note: the user's choice, or a grid if most files are pictures. */
function useFileLayout(noteId: string, attachments: readonly Attachment[]) {
  const chosen = useStore($fileLayouts)[noteId];
  const files = attachments.filter(({ state }) => state === "ready");
  const pictures = files.filter(hasThumbnail);
  // First pages of documents do not count as pictures, because a grid of these pages is harder to read than a list of names.
  const photos = pictures.filter((file) => ["image", "video"].includes(kindOfFile(file))).length;
  const layout = chosen ?? usualLayout({ photos, files: files.length });
  return {
    layout,
    canSwitch: pictures.length > 0 || layout === "grid",
    switchLayout: () => chooseFileLayout(noteId, layout === "grid" ? "list" : "grid"),
  };
}

/** The pause between two polls during a verification, in milliseconds. A verification usually takes seconds. */
const VERIFY_MS = 2_000;
/** The pause between two polls while another person uploads a file, in milliseconds. */
const UPLOAD_MS = 10_000;

/** Loads the note again while the service verifies or receives a file of the note. */
function useNotePolling({ id }: Note, { shown }: { shown: readonly Attachment[] }): void {
  const isVerifying = shown.some(({ state }) => state === "verifying" || state === "scanning");
  const isUploading = shown.some(({ state }) => state === "pending");
  useQuery({
    ...noteQuery(id),
    refetchInterval: isVerifying ? VERIFY_MS : isUploading && UPLOAD_MS,
    notifyOnChangeProps: [],
  });
}
