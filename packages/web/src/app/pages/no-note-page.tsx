import { FileText } from "lucide-react";
import { Empty } from "../../components/states.tsx";
import { texts } from "../../texts/index.ts";

/** The place of the note on a desktop, as long as none is chosen. */
export function NoNotePage() {
  return (
    <div className="grid h-full place-items-center">
      <Empty icon={<FileText size={28} strokeWidth={1.5} />} title={texts.notes.empty.pick} />
    </div>
  );
}
