import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { NoteSummary } from "@valetkey/client";
import { Paperclip, Plus, X } from "lucide-react";
import { useDeferredValue, useEffect, useState } from "react";
import { nameOf } from "../../components/avatar.tsx";
import { Button, buttonStyle, IconButton } from "../../components/button.tsx";
import { FileName } from "../../components/file-name.tsx";
import { useDocumentTitle, useNow } from "../../components/hooks.ts";
import { Empty, Failure, Skeleton } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { FileIcon } from "../../features/attachments/thumbnail.tsx";
import { uploads } from "../../features/attachments/uploads/uploads.ts";
import { acceptHandedFiles, dropHandedFiles, readHandedFiles } from "../../service/handed-files.ts";
import { findEditable, instanceQuery, queryClient } from "../../service/queries.ts";
import { accessParts } from "../../texts/describe-access.ts";
import { attachTexts } from "../../texts/en/attach.ts";
import { formatBytes, formatCount, formatWhen, texts } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";
import { useAccount } from "../session.ts";
import { useCreateNote } from "../use-create-note.ts";

const words = attachTexts;
/** The maximum number of files that the page names. More names would push the choice of a note out of view. */
const MOST_SHOWN = 6;

/** Attaches files from another app of the device to a new note, or to a note that the user chooses. */
export function AttachPage() {
  useDocumentTitle(words.pageTitle);
  const handed = useQuery({ queryKey: ["handed-files"], queryFn: readHandedFiles, gcTime: 0 });
  // The browser may have removed the service worker, so the page registers the service worker again. Without the service worker, other apps
  // cannot send files to this app.
  useEffect(acceptHandedFiles, []);
  if (handed.data === undefined) return null;
  return (
    <main className="h-full overflow-y-auto">
      <div className="mx-auto max-w-[560px] px-4 py-4 md:px-8 md:py-8">
        {handed.data.length === 0 ? <Nothing /> : <Choice files={handed.data} />}
      </div>
    </main>
  );
}

function Nothing() {
  const { title, hint, action } = words.nothing;
  return (
    <Empty
      title={title}
      hint={hint}
      action={
        <Link to="/" className={buttonStyle({ kind: "primary" })}>
          {action}
        </Link>
      }
    />
  );
}

function Choice({ files: handed }: { files: readonly File[] }) {
  const navigate = useNavigate();
  const account = useAccount();
  const { createWith } = useCreateNote();
  const [files, setFiles] = useState(handed);
  const [isOpen, setOpen] = useState(false);
  const chosen = files.map((file) => ({ file }));
  // The last line, which says how many files are hidden, always hides at least two files.
  const shown = files.length > MOST_SHOWN && !isOpen ? files.slice(0, MOST_SHOWN - 1) : files;
  const hidden = files.slice(shown.length);
  const attachTo = (noteId: string) => {
    if (account === undefined) return;
    const maxBytes = queryClient.getQueryData(instanceQuery.queryKey)?.limits.uploadMaxBytes;
    uploads.add(chosen, { userId: account.id, noteId, maxBytes });
    void dropHandedFiles();
    void navigate({ to: "/n/$noteId", params: { noteId }, replace: true });
  };
  const discard = () => void dropHandedFiles().then(() => navigate({ to: "/", replace: true }));
  const remove = (file: File) => (files.length === 1 ? discard() : setFiles(files.filter((one) => one !== file)));
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center justify-between gap-2">
        <h1 className="min-w-0 text-title">{words.title(files.length)}</h1>
        <Button kind="quiet" className="-mr-3" onClick={discard}>
          {texts.common.cancel}
        </Button>
      </div>
      <ul aria-label={words.files} className="flex flex-col divide-y rounded-card border bg-surface">
        {shown.map((file) => (
          <HandedFile key={handed.indexOf(file)} file={file} onRemove={() => remove(file)} />
        ))}
        {hidden.length > 0 && (
          <li>
            <button
              type="button"
              className="min-h-11 w-full px-3 text-left text-muted text-small hover:bg-hover"
              onClick={() => setOpen(true)}
            >
              {words.more(hidden.length, sizeOf(hidden))}
            </button>
          </li>
        )}
      </ul>
      <Button
        kind="primary"
        className="h-14 md:h-11"
        onClick={() => {
          createWith(chosen);
          void dropHandedFiles();
        }}
      >
        <Plus size={16} />
        {words.newNote}
      </Button>
      <Notes onChosen={attachTo} />
    </div>
  );
}

function sizeOf(files: readonly File[]): string {
  return formatBytes(files.reduce((sum, { size }) => sum + size, 0));
}

function HandedFile({ file, onRemove }: { file: File; onRemove: () => void }) {
  const [picture, setPicture] = useState<string>();
  useEffect(() => {
    if (!/^image\/(?:png|jpeg|webp|gif|avif)$/.test(file.type)) return;
    const url = URL.createObjectURL(file);
    setPicture(url);
    return () => URL.revokeObjectURL(url);
  }, [file]);
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      {picture === undefined ? (
        <FileIcon filename={file.name} contentType={file.type} />
      ) : (
        <img src={picture} alt="" className="size-10 shrink-0 rounded-small object-cover" />
      )}
      <span className="min-w-0 grow">
        <FileName filename={file.name} />
        <span className="block text-muted text-small tabular-nums">{formatBytes(file.size)}</span>
      </span>
      <IconButton label={words.remove(file.name)} className="tooltip-left" onClick={onRemove}>
        <X size={16} />
      </IconButton>
    </li>
  );
}

function Notes({ onChosen }: { onChosen: (noteId: string) => void }) {
  const now = useNow();
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["notes-to-attach", q],
    queryFn: ({ signal }) => findEditable(q, signal),
    placeholderData: (before) => before,
  });
  return (
    <section aria-label={words.existing} className="flex flex-col gap-3">
      <TextField
        label={words.existing}
        placeholder={words.search}
        type="search"
        dir="auto"
        value={text}
        maxLength={200}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      {found.isPending && <Skeleton className="h-28" />}
      {found.isError && <Failure title={words.failed} query={found} />}
      {found.data?.length === 0 && <p className="text-muted">{words.none}</p>}
      {found.data !== undefined && found.data.length > 0 && (
        <ul className="flex flex-col divide-y rounded-card border bg-surface">
          {found.data.map((note) => {
            const { id, title } = note;
            return (
              <li key={id}>
                <button
                  type="button"
                  onClick={() => onChosen(id)}
                  className="flex min-h-14 w-full items-center gap-3 px-3 py-2 text-left hover:bg-hover focus-visible:-outline-offset-2"
                >
                  <span className="min-w-0 grow">
                    <span className="flex font-medium">
                      <bdi className="min-w-0 truncate">{titleOf(title)}</bdi>
                    </span>
                    <span className="block text-pretty text-muted text-small tabular-nums">
                      {factsOf(note, now).join(texts.common.separator)}
                    </span>
                  </span>
                  <span className="flex shrink-0 items-center gap-2 text-accent text-small">
                    <Paperclip size={16} aria-hidden="true" />
                    {words.attach}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

/** Returns the facts that the list of notes also shows, so that the user can tell notes with the same title apart. */
function factsOf({ role, owner, updatedAt, attachmentCount: files, access }: NoteSummary, now: number): string[] {
  return [
    ...(role === "owner" ? [] : [nameOf(owner, { otherwise: texts.common.someone })]),
    formatWhen(updatedAt, now),
    ...(files === 0 ? [] : [formatCount(files, texts.notes.files)]),
    ...(access === undefined ? [] : accessParts(access, { now })),
  ];
}
