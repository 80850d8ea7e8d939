import { Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { clsx } from "clsx";
import { NoteList } from "../../features/notes/list/note-list.tsx";
import { firstIdOf } from "../../service/new-notes.ts";
import { texts } from "../../texts/index.ts";
import { LazyPart } from "../lazy-part.tsx";
import { useScope } from "../navigation.tsx";
import { useCreateNote } from "../use-create-note.ts";
import { usePreviewedFile } from "../use-previewed-file.ts";

/** Shows a list of notes, and the open note beside the list. A phone shows only the list or only the note. */
export function ListsPage() {
  const { noteId } = useParams({ strict: false });
  const { q = "" } = useSearch({ strict: false });
  const scope = useScope() ?? "owned";
  const navigate = useNavigate();
  const { create } = useCreateNote();
  const preview = usePreviewedFile();
  const openFile = (id: string) =>
    noteId === undefined ? preview.show(id) : void navigate({ to: "/shared", search: { file: id } });
  const search = (text: string) =>
    void navigate({
      to: ".",
      search: ({ q: _, ...rest }) => (text === "" ? rest : { ...rest, q: text }),
      replace: true,
    });
  return (
    <main className="flex h-full">
      <div
        className={clsx(
          "relative w-full shrink-0 overflow-y-auto md:w-64 md:border-r lg:w-80",
          noteId === undefined ? "block" : "hidden md:block",
        )}
      >
        <NoteList
          key={scope}
          scope={scope}
          selectedId={noteId}
          q={q}
          onSearch={search}
          onNewNote={create}
          onOpenFile={openFile}
        />
        {scope === "shared" && noteId === undefined && (
          <LazyPart isOpen={preview.file !== undefined} onClose={preview.hide}>
            {({ SharedFilePreview }) => <SharedFilePreview {...preview} />}
          </LazyPart>
        )}
      </div>
      <section
        // The key makes a new element for each note, so each note starts at its top.
        key={noteId && firstIdOf(noteId)}
        id="note"
        tabIndex={-1}
        aria-label={texts.notes.note}
        className={clsx(
          "relative min-w-0 grow overflow-y-auto outline-none",
          noteId === undefined && "hidden md:block",
        )}
      >
        <Outlet />
      </section>
    </main>
  );
}
