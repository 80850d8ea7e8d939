import type { Attachment, Note } from "@valetkey/client";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { inputStyle } from "../../components/text-field.tsx";
import { client } from "../../service/client.ts";
import { invalidate, keys, queryClient } from "../../service/queries.ts";
import { loadedThumbnail } from "../../service/thumbnails.ts";
import { renameTexts } from "../../texts/en/file-tools.ts";
import { describeProblem, texts } from "../../texts/index.ts";
import { useThumbnail } from "./thumbnail.tsx";

const words = renameTexts;
/** The maximum length of a filename in characters. The service has the same limit. */
const MAX_LENGTH = 255;

/**
 * Renames a file. At first, the filename without its extension is selected, so that typed text does not replace the extension.
 */
export function RenameForm({ attachment, onDone }: { attachment: Attachment; onDone: () => void }) {
  const { filename } = attachment;
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const [isSaving, setSaving] = useState(false);
  useEffect(() => {
    const dot = filename.lastIndexOf(".");
    field.current?.focus();
    field.current?.form?.scrollIntoView({ block: "nearest" });
    field.current?.setSelectionRange(0, dot > 0 ? dot : filename.length);
  }, [filename]);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const name = field.current?.value.trim() ?? "";
    if (name === filename) return onDone();
    if (isSaving) return;
    setSaving(true);
    setProblem(undefined);
    try {
      if (name === "") throw words.empty;
      show(await client.attachments.rename(attachment.id, name));
      onDone();
    } catch (error) {
      setProblem(typeof error === "string" ? error : describeProblem(error));
      setSaving(false);
      field.current?.focus();
    }
  }

  return (
    <form
      noValidate
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.nativeEvent.isComposing) onDone();
      }}
      className="flex min-w-0 grow flex-wrap items-center justify-end gap-2 py-1"
    >
      <input
        ref={field}
        defaultValue={filename}
        maxLength={MAX_LENGTH}
        aria-label={words.name}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `rename-${attachment.id}`}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="done"
        className={`${inputStyle} min-w-40 grow basis-full md:basis-40`}
      />
      <Button kind="quiet" onClick={onDone}>
        {texts.common.cancel}
      </Button>
      <Button type="submit" kind="primary" aria-disabled={isSaving}>
        {isSaving ? words.saving : words.save}
      </Button>
      {problem !== undefined && (
        <p id={`rename-${attachment.id}`} role="alert" className="w-full text-danger text-small">
          {problem}
        </p>
      )}
    </form>
  );
}

/** Renames a file in a dialog, with the picture of the file. */
export function RenameDialog({ attachment, onDone }: { attachment: Attachment; onDone: () => void }) {
  const [url, setUrl] = useState(() => loadedThumbnail(attachment.id));
  const { place } = useThumbnail<HTMLDivElement>(attachment, setUrl);
  return (
    <Dialog title={words.title} onClose={onDone}>
      <div ref={place}>
        {url !== undefined && (
          <img src={url} crossOrigin="anonymous" alt="" className="mx-auto mb-3 max-h-[30dvh] rounded-small" />
        )}
      </div>
      <RenameForm attachment={attachment} onDone={onDone} />
    </Dialog>
  );
}

/** Shows the new filename before the note loads again. */
function show({ id, noteId, filename }: Attachment): void {
  queryClient.setQueryData<Note>(keys.note(noteId), (note) => {
    if (note === undefined) return note;
    const attachments = note.attachments.map((each) => (each.id === id ? { ...each, filename } : each));
    return { ...note, attachments };
  });
  void invalidate(keys.note(noteId), keys.activity, keys.links, keys.notes);
}
