import { useSearch } from "@tanstack/react-router";
import { FileText } from "lucide-react";
import { Empty } from "../../components/states.tsx";
import { useNoteList } from "../../features/notes/list/use-note-list.ts";
import { texts } from "../../texts/index.ts";
import { useScope } from "../use-scope.ts";

/** Shown beside the list on a desktop while no note is selected. */
export function NoNotePage() {
  const { q = "" } = useSearch({ strict: false });
  const { notes } = useNoteList({ scope: useScope() ?? "owned", q });
  // Without notes there is nothing to select, and the list offers to create one.
  if (notes.length === 0) return null;
  return (
    <div className="grid h-full place-items-center">
      <Empty icon={<FileText size={28} strokeWidth={1.5} />} title={texts.notes.empty.pick} />
    </div>
  );
}
