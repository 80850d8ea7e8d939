import type { Page } from "../../platform/database/pages.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { authoriseNote } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { guardedNoteQueries } from "../access/queries.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import type { AuditEvent } from "./audit-event.ts";
import { type AuditPageRequest, auditQueries, type DownloadSteps } from "./queries.ts";
import { addAuditPartition, expireAuditEvents } from "./retention.ts";

export type AuditVerbs = ReturnType<typeof createAudit>;

export function createAudit(deps: Deps) {
  const { db, clock } = deps;
  return {
    /** Lists the events of a note and its files, newest first. Throws `note_not_found` or `access_denied`. */
    async listNoteActivity(caller: Caller, input: AuditPageRequest & { noteId: string }): Promise<Page<NamedEvent>> {
      const { noteId, ...page } = input;
      await authoriseNote(db, { caller, noteId, action: "note.activity" });
      return nameEvents(db, await auditQueries(db).listOfNote(noteId, page));
    },

    /** Lists the events of the caller's own notes, including deleted notes, newest first. */
    async listActivity(caller: Caller, page: AuditPageRequest): Promise<Page<NamedEvent>> {
      return nameEvents(db, await auditQueries(db).listOfOwner(caller.userId, page));
    },

    /** Counts the downloads of the caller's own notes, including deleted notes. */
    countDownloads(caller: Caller): Promise<DownloadSteps> {
      return auditQueries(db).countDownloads({ ownerId: caller.userId }, countUntil(clock()));
    },

    /** Counts the downloads of one note. Throws `note_not_found` or `access_denied`. */
    async countNoteDownloads(caller: Caller, noteId: string): Promise<DownloadSteps> {
      await authoriseNote(db, { caller, noteId, action: "note.activity" });
      return auditQueries(db).countDownloads({ noteId }, countUntil(clock()));
    },

    addAuditPartition: addAuditPartition(deps),
    expireAuditEvents: expireAuditEvents(deps),
  };
}

// The maximum number of filenames for one event in a list. An event can have up to 1,000 files, and a page up to 200 events.
const MAX_NAMED_FILES = 10;

const STEP_MS = 900_000;

/** The activity page shows downloads of 30 days. It needs the counts of 31 days, so that the first day is whole in every time zone. */
const COUNTED_MS = 31 * 86_400_000;

/** The maximum number of events that one count reads, because a count on SQLite blocks the thread that serves HTTP requests. */
const MAX_COUNTED = 10_000;

/** An audit event with the current title of its note and the names of its first files. `noteTitle`: undefined for a deleted note. */
export type NamedEvent = AuditEvent & { noteTitle: string | undefined; files: { id: string; filename: string }[] };

function countUntil(now: number) {
  return { since: now - COUNTED_MS, stepMs: STEP_MS, limit: MAX_COUNTED };
}

const keyOf = (noteId: string, attachmentId: string) => `${noteId} ${attachmentId}`;

// The activity may contain filenames, because only users who may read the files of a note see its activity.
export async function nameEvents(queries: Tx, { items, nextCursor }: Page<AuditEvent>): Promise<Page<NamedEvent>> {
  const ids = new Set(items.flatMap(({ attachmentIds }) => attachmentIds.slice(0, MAX_NAMED_FILES)));
  const current = ids.size === 0 ? new Map() : await attachmentQueries(queries).filenamesOf([...ids]);
  const noteIds = [...new Set(items.map(({ noteId }) => noteId))];
  const titles = items.length === 0 ? new Map<string, string>() : await guardedNoteQueries(queries).titlesOf(noteIds);
  // A file that was deleted or moved to another note gets its name from its newest event on the page. People who see only the former note
  // must not see the name of the file in the other note.
  const names = new Map<string, string>();
  for (const { noteId, attachmentIds, detail } of items) {
    const [id, ...others] = attachmentIds;
    if (id === undefined || others.length > 0 || typeof detail.filename !== "string") continue;
    if (!names.has(keyOf(noteId, id))) names.set(keyOf(noteId, id), detail.filename);
  }
  const nameOf = (noteId: string, id: string) => {
    const file = current.get(id);
    return file?.noteId === noteId ? file.filename : names.get(keyOf(noteId, id));
  };
  const filesOf = ({ noteId, attachmentIds }: AuditEvent) =>
    attachmentIds.slice(0, MAX_NAMED_FILES).flatMap((id) => {
      const filename = nameOf(noteId, id);
      return filename === undefined ? [] : [{ id, filename }];
    });
  const named = items.map((event) => ({ ...event, noteTitle: titles.get(event.noteId), files: filesOf(event) }));
  return { items: named, nextCursor };
}
