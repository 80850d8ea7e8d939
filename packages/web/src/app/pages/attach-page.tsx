import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useDeferredValue, useEffect, useState } from "react";
import { Button, buttonStyle } from "../../components/button.tsx";
import { FileName } from "../../components/file-name.tsx";
import { useDocumentTitle } from "../../components/hooks.ts";
import { Empty, Failure } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { uploads } from "../../features/attachments/uploads/uploads.ts";
import { client } from "../../service/client.ts";
import { acceptHandedFiles, dropHandedFiles, readHandedFiles } from "../../service/handed-files.ts";
import { instanceQuery, queryClient } from "../../service/queries.ts";
import { attachTexts } from "../../texts/en/attach.ts";
import { formatBytes } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";
import { useAccount } from "../session.ts";
import { useCreateNote } from "../use-create-note.ts";

const words = attachTexts;
const FOUND = 20;

/** Attaches files from another app to a new note, or to a note that the user chooses. */
export function AttachPage() {
  useDocumentTitle(words.title);
  const handed = useQuery({ queryKey: ["handed-files"], queryFn: readHandedFiles, gcTime: 0 });
  // Registers the service worker again, because the browser may have removed it. Without the worker, other apps can't send files to this
  // app.
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

function Choice({ files }: { files: readonly File[] }) {
  const navigate = useNavigate();
  const account = useAccount();
  const { createWith } = useCreateNote();
  const chosen = files.map((file) => ({ file }));
  const attachTo = (noteId: string) => {
    if (account === undefined) return;
    const maxBytes = queryClient.getQueryData(instanceQuery.queryKey)?.limits.uploadMaxBytes;
    uploads.add(chosen, { userId: account.id, noteId, maxBytes });
    void dropHandedFiles();
    void navigate({ to: "/n/$noteId", params: { noteId }, replace: true });
  };
  return (
    <div className="flex flex-col gap-6">
      <h1 className="text-title">{words.title}</h1>
      <ul className="flex flex-col gap-2">
        {files.map((file, nth) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may have the same name, and the list never changes
          <li key={nth} className="flex items-baseline justify-between gap-4">
            <FileName filename={file.name} />
            <span className="shrink-0 text-muted text-small tabular-nums">{formatBytes(file.size)}</span>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button
          kind="primary"
          onClick={() => {
            createWith(chosen);
            void dropHandedFiles();
          }}
        >
          <Plus size={16} />
          {words.newNote}
        </Button>
        <Button kind="quiet" onClick={() => void dropHandedFiles().then(() => navigate({ to: "/", replace: true }))}>
          {words.discard}
        </Button>
      </div>
      <Notes onChosen={attachTo} />
    </div>
  );
}

function Notes({ onChosen }: { onChosen: (noteId: string) => void }) {
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["notes-to-attach", q],
    queryFn: ({ signal }) => findEditable(q, signal),
    placeholderData: (before) => before,
  });
  return (
    <section aria-label={words.existing} className="flex flex-col gap-3">
      <h2 className="font-medium text-muted text-small">{words.existing}</h2>
      <TextField
        label={words.search}
        type="search"
        value={text}
        maxLength={200}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      {found.isError && <Failure title={words.failed} query={found} />}
      {found.data?.length === 0 && <p className="text-muted">{words.none}</p>}
      <ul className="flex flex-col gap-0.5">
        {found.data?.map(({ id, title }) => (
          <li key={id}>
            <button
              type="button"
              aria-label={words.attachTo(titleOf(title))}
              onClick={() => onChosen(id)}
              dir="auto"
              className="block h-11 w-full truncate rounded-card px-2 text-left font-medium hover:bg-hover focus-visible:-outline-offset-2"
            >
              {titleOf(title)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

async function findEditable(q: string, signal: AbortSignal) {
  const find = (scope: "owned" | "shared") =>
    client.notes.list({ scope, limit: FOUND, signal, ...(q !== "" && { q }) });
  const lists = await Promise.all([find("owned"), find("shared")]);
  return lists.flatMap(({ items }) => items).filter(({ role }) => role !== "viewer");
}
