import type { LinkPolicy } from "../../platform/config/limits.ts";
import type { FileAccess } from "../access/attachment.ts";
import type { NoteAccess } from "../access/note.ts";

/** Counts who has access besides the owner, with one query for many notes or files. The maps do not contain ids without such access. */
export type AccessSummaryQueries = {
  ofNotes(noteIds: readonly string[], policy: LinkPolicy): Promise<ReadonlyMap<string, NoteAccess>>;
  ofFiles(attachmentIds: readonly string[], policy: LinkPolicy): Promise<ReadonlyMap<string, FileAccess>>;
};
