import type { Note as WireNote } from "@valetkey/contract";
import type { NoteWithAttachments } from "../../../domain/note.ts";
import { toIso } from "../../instants.ts";
import { presentAttachment } from "../attachments/present.ts";

/** A note as the wire has it. */
export function presentNote(note: NoteWithAttachments): WireNote {
  const { id, title, body, ownerId } = note;
  return {
    id,
    title,
    body,
    ownerId,
    createdAt: toIso(note.createdAt),
    updatedAt: toIso(note.updatedAt),
    attachments: note.attachments.map(presentAttachment),
  };
}
