import { useSearch } from "@tanstack/react-router";
import { clsx } from "clsx";
import { FileText, Plus } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Empty } from "../../components/states.tsx";
import { useDropAndPaste } from "../../features/attachments/drop-and-paste.ts";
import { useNoteList } from "../../features/notes/list/use-note-list.ts";
import { texts } from "../../texts/index.ts";
import { useScope } from "../navigation.tsx";
import { useCreateNote } from "../use-create-note.ts";

/**
 * The page beside the list of notes while no note is selected. If the list shows the user's own notes, files that the user drops here start
 * a new note.
 */
export function NoNotePage() {
  const { q = "" } = useSearch({ strict: false });
  const scope = useScope() ?? "owned";
  const { list, notes } = useNoteList({ scope, q });
  const { create, createWith } = useCreateNote();
  const isOwned = scope === "owned";
  const { isDragged } = useDropAndPaste({
    isEnabled: isOwned,
    onChosen: (files) => files.length > 0 && createWith(files),
  });
  const isFirst = list.data !== undefined && notes.length === 0 && q === "";
  // If the list is empty for another reason, the list shows this reason, and this page shows nothing.
  if (notes.length === 0 && !(isFirst && isOwned)) return null;
  const { title, hint, action } = texts.notes.empty.begin;
  const frame = clsx(
    "m-4 rounded-card border-2 border-dashed",
    isDragged ? "border-accent bg-accent-soft" : "border-transparent",
  );
  return (
    <div className={clsx("grid h-[calc(100%-2rem)] place-items-center", frame)}>
      {isFirst ? (
        <Empty
          icon={<FileText size={28} strokeWidth={1.5} />}
          title={title}
          hint={hint}
          action={
            <Button kind="primary" onClick={create}>
              <Plus size={16} />
              {action}
            </Button>
          }
        />
      ) : (
        <Empty icon={<FileText size={28} strokeWidth={1.5} />} title={texts.notes.empty.pick} />
      )}
    </div>
  );
}
