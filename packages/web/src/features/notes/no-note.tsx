import { FileX2, LockKeyhole } from "lucide-react";
import type { ReactNode } from "react";
import { CopyButton } from "../../components/copy-button.tsx";
import { Empty } from "../../components/states.tsx";
import { hasCode } from "../../service/client.ts";
import { copyText } from "../../service/clipboard.ts";
import { texts } from "../../texts/index.ts";
import { readDraft } from "./kept-draft.ts";

const words = texts.notes;

/** In the place of a note that is gone, or that one may not see any more; what one wrote on it and could not save is given back. */
export function NoNote({ noteId, error, action }: { noteId: string; error: unknown; action: ReactNode }) {
  const isDenied = hasCode(error, "access_denied");
  const { title, hint } = isDenied ? words.noAccess : words.gone;
  const Icon = isDenied ? LockKeyhole : FileX2;
  const left = Object.values(readDraft(noteId)?.edits ?? {}).join("\n\n");
  return (
    <>
      <div role="alert">
        <Empty icon={<Icon size={28} strokeWidth={1.5} />} title={title} hint={hint} action={action} />
      </div>
      {left !== "" && (
        <section aria-label={words.unsaved.title} className="flex flex-col gap-2">
          <h2 className="font-semibold">{words.unsaved.title}</h2>
          <p className="text-muted text-small">{words.unsaved.hint}</p>
          <p className="max-h-64 overflow-y-auto whitespace-pre-wrap break-words rounded-card bg-sunken p-3">{left}</p>
          <CopyButton text={left} onCopy={copyText} className="self-start" />
        </section>
      )}
    </>
  );
}
