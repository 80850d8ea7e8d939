import { v7 as uuidv7 } from "uuid";
import { attachmentQueries } from "../features/attachments/queries.ts";
import { linkQueries } from "../features/links/queries/links.ts";
import { noteQueries } from "../features/notes/queries.ts";
import { accessRequestQueries } from "../features/sharing/queries/access-requests.ts";
import { invitationQueries } from "../features/sharing/queries/invitations.ts";
import { shareQueries } from "../features/sharing/queries/shares.ts";
import type { ShareSubject } from "../features/sharing/share.ts";
import { insertUpload } from "./database/insert-upload.ts";
import { sampleAttachment, sampleInvitation, sampleLink, sampleNote, sampleUpload } from "./database/samples.ts";
import type { TestService } from "./service.ts";

const SHARED_AT = 1;

/** The users of a world. Each user has a different kind of access to the note and its file, or no access. */
export const people = [
  "owner",
  "editor",
  "viewer",
  "fileViewer",
  "expiredShare",
  "revokedShare",
  "otherNoteShare",
  "otherFileShare",
  "otherUser",
] as const;

export type World = { noteId: string; attachmentId: string; uploadId: string; linkId: string; invitationId: string };

/**
 * Creates a note with a file, a pending upload, a link, an invitation and a request for access. Also creates users who have access, had
 * access, or never had access.
 */
export async function createWorld({ db, database }: TestService): Promise<World> {
  const note = sampleNote({ ownerId: "owner" });
  const otherNote = sampleNote({ ownerId: "owner" });
  const ready = { state: "ready", contentType: "text/plain", filename: "hello.txt", sizeBytes: 5 } as const;
  const attachment = sampleAttachment(note, ready);
  const otherFile = sampleAttachment(note, ready);
  const coming = sampleAttachment(note);
  const upload = sampleUpload(coming, {
    expiresAt: Date.now() + 900_000,
    multipart: { bucketUploadId: "unknown-to-the-bucket", partSize: 525 * 2 ** 20 },
  });
  const link = sampleLink(note, { createdAt: Date.now(), expiresAt: undefined });
  const grant = (
    userId: string,
    subject: ShareSubject,
    given: { role?: "viewer" | "editor"; expiresAt?: number } = {},
  ) =>
    shareQueries(db).put(subject, {
      userId,
      role: given.role ?? "viewer",
      expiresAt: given.expiresAt,
      createdAt: SHARED_AT,
      createdBy: "owner",
    });
  const inNote = { noteId: note.id };
  const inFile = { attachmentId: attachment.id };
  await db.transaction(async (tx) => {
    for (const each of [note, otherNote]) await noteQueries(tx).insert(each);
    for (const each of [attachment, otherFile, coming]) await attachmentQueries(tx).insert(each);
    await linkQueries(tx).insert(link);
  });
  await insertUpload(database.db, upload);
  await grant("editor", inNote, { role: "editor" });
  await grant("viewer", inNote);
  await grant("fileViewer", inFile);
  for (const subject of [inNote, inFile]) {
    await grant("expiredShare", subject, { expiresAt: Date.now() - 1 });
    await grant("revokedShare", subject);
    await shareQueries(db).delete(subject, "revokedShare");
  }
  await grant("otherNoteShare", { noteId: otherNote.id }, { role: "editor" });
  await grant("otherFileShare", { attachmentId: otherFile.id });
  const invitation = sampleInvitation(note);
  await invitationQueries(db).put(invitation);
  await accessRequestQueries(db).open({ noteId: note.id, userId: "asker", now: Date.now(), dismissedBefore: 0 });
  return {
    invitationId: invitation.id,
    noteId: note.id,
    attachmentId: attachment.id,
    uploadId: upload.id,
    linkId: link.id,
  };
}

/** Returns an id that no row of the database has. */
export function unknownId(): string {
  return uuidv7();
}
