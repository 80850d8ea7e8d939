import { Outlet, useParams } from "@tanstack/react-router";
import { clsx } from "clsx";
import { NoteList } from "../../features/notes/note-list.tsx";
import { useScope } from "../use-scope.ts";

/** The list, and beside it the note; on a phone one of the two. */
export function ListsPage() {
  const { noteId } = useParams({ strict: false });
  const scope = useScope() ?? "owned";
  return (
    <div className="flex h-full">
      <div
        className={clsx(
          "w-full shrink-0 overflow-y-auto lg:w-80 lg:border-r",
          noteId === undefined ? "block" : "hidden lg:block",
        )}
      >
        <NoteList scope={scope} selectedId={noteId} />
      </div>
      <main className={clsx("min-w-0 grow overflow-y-auto", noteId === undefined && "hidden lg:block")}>
        <Outlet />
      </main>
    </div>
  );
}
