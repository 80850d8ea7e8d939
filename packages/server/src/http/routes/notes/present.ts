import type { Note as WireNote } from "@valetkey/contract";
import type { NoteWithAttachments } from "../../../domain/note.ts";
import { type People, presentPerson } from "../../present-person.ts";
import type { RouteDeps } from "../../route-types.ts";
import { toIso } from "../../wire-instant.ts";
import { presentAttachment } from "../attachments/present.ts";

/** Notes in the form of the wire. Looks up all users at once. */
export async function describeNotes(notes: NoteWithAttachments[], { useCases }: RouteDeps): Promise<WireNote[]> {
  const named = notes.flatMap((note) => [note.ownerId, ...note.attachments.map(({ createdBy }) => createdBy)]);
  const people = await useCases.findPeople(named);
  return notes.map((note) => present(note, people));
}

export async function describeNote(note: NoteWithAttachments, deps: RouteDeps): Promise<WireNote> {
  const [described] = await describeNotes([note], deps);
  return described as WireNote;
}

function present(note: NoteWithAttachments, people: People): WireNote {
  const { id, title, body, ownerId, role } = note;
  return {
    id,
    title,
    body,
    ownerId,
    owner: presentPerson(ownerId, people),
    role,
    createdAt: toIso(note.createdAt),
    updatedAt: toIso(note.updatedAt),
    attachments: note.attachments.map((attachment) => presentAttachment(attachment, people)),
  };
}
