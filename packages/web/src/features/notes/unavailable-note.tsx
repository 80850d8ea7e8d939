import { FileX2 } from "lucide-react";
import type { ReactNode } from "react";
import { CopyButton } from "../../components/copy-button.tsx";
import { Empty } from "../../components/states.tsx";
import { hasCode } from "../../service/client.ts";
import { texts } from "../../texts/index.ts";
import { draftStorage } from "./draft/drafts.ts";

const words = texts.notes;

type UnavailableNoteProps = {
  noteId: string;
  error: unknown;
  /** Whether the user has read the note before. If not, the page does not reveal whether the note was deleted or is private. */
  wasOpen: boolean;
  /** Replaces the note if the user has no access. */
  ask: ReactNode;
  action: ReactNode;
};

/** Replaces a note that is deleted, or to which the user has no access. The user can copy the unsaved text. */
export function UnavailableNote({ noteId, error, wasOpen, ask, action }: UnavailableNoteProps) {
  const isDenied = hasCode(error, "access_denied") || (!wasOpen && hasCode(error, "note_not_found"));
  const unsaved = Object.values(draftStorage.read(noteId)?.edits ?? {}).join("\n\n");
  return (
    <>
      <div role="alert">
        {isDenied ? ask : <Empty icon={<FileX2 size={28} strokeWidth={1.5} />} {...words.gone} action={action} />}
      </div>
      {unsaved !== "" && (
        <section aria-label={words.unsaved.title} className="flex flex-col gap-2">
          <h2 className="font-semibold">{words.unsaved.title}</h2>
          <p className="text-muted text-small">{words.unsaved.hint}</p>
          <p className="max-h-64 overflow-y-auto whitespace-pre-wrap break-words rounded-card bg-sunken p-3">
            {unsaved}
          </p>
          <CopyButton text={unsaved} className="self-start" />
        </section>
      )}
    </>
  );
}
