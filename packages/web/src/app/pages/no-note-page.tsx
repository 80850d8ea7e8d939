import { useSearch } from "@tanstack/react-router";
import { FileText } from "lucide-react";
import { Empty } from "../../components/states.tsx";
import { useNoteList } from "../../features/notes/list/use-note-list.ts";
import { texts } from "../../texts/index.ts";
import { useScope } from "../use-scope.ts";

/** The place of the note on a desktop, as long as none is chosen. */
export function NoNotePage() {
  const { q = "" } = useSearch({ strict: false });
  const { notes } = useNoteList({ scope: useScope() ?? "owned", q });
  // Without notes there is nothing to choose; the list says what to do.
  if (notes.length === 0) return null;
  return (
    <div className="grid h-full place-items-center">
      <Empty icon={<FileText size={28} strokeWidth={1.5} />} title={texts.notes.empty.pick} />
    </div>
  );
}
