import { useMutation } from "@tanstack/react-query";
import type { Attachment, Note } from "@valetkey/client";
import { clsx } from "clsx";
import { Download, Paperclip } from "lucide-react";
import { buttonStyle } from "../../components/button.tsx";
import { IconLink } from "../../components/icon-button.tsx";
import { Problem } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { formatBytes, texts } from "../../texts/index.ts";

const words = texts.attachments;

type AttachmentSectionProps = {
  note: Note;
  /** Shows a file large. */
  onPreview: (attachmentId: string) => void;
  /** Asks for a temporary link to a file. */
  onCopyLink: (attachment: Attachment) => void;
  /** Shares one file without the note; for the owner of the note. */
  onShare: (attachment: Attachment) => void;
};

/** The files of a note. */
export function AttachmentSection({ note, onPreview }: AttachmentSectionProps) {
  const attach = useMutation({
    mutationFn: async (files: File[]) => {
      for (const file of files) await client.upload(note.id, file).done;
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.note(note.id) }),
  });
  return (
    <section aria-label={words.title} className="flex flex-col gap-2">
      <h2 className="font-semibold">{words.title}</h2>
      {attach.isError && <Problem error={attach.error} />}
      <ul>
        {note.attachments.map((attachment) => (
          <Row key={attachment.id} attachment={attachment} onPreview={onPreview} />
        ))}
      </ul>
      {note.role !== "viewer" && (
        <label className={clsx(buttonStyle(), "cursor-pointer self-start focus-within:outline-2")}>
          <Paperclip size={16} />
          {words.attach}
          <input
            type="file"
            multiple
            className="sr-only"
            onChange={(event) => attach.mutate([...(event.currentTarget.files ?? [])])}
          />
        </label>
      )}
    </section>
  );
}

function Row({ attachment, onPreview }: { attachment: Attachment; onPreview: (attachmentId: string) => void }) {
  return (
    <li className="flex items-center gap-3 py-1">
      <button type="button" className="min-w-0 grow text-left" onClick={() => onPreview(attachment.id)}>
        <span className="block truncate">{attachment.filename}</span>
        <span className="block text-muted text-small">{formatBytes(attachment.sizeBytes)}</span>
      </button>
      <IconLink label={words.download} href={`/attachments/${attachment.id}/download`}>
        <Download size={16} />
      </IconLink>
    </li>
  );
}
