import type { Deps } from "../../platform/deps.ts";
import type { Caller } from "../access/caller.ts";
import type { Downloadable } from "../access/queries.ts";
import { aboutFile, auditEvent } from "../audit/audit-event.ts";
import { urlAuditLog } from "../audit/queries.ts";

/** The length of a time window, in milliseconds. In one window, the refused requests of a person cause at most one event on a note. */
const WINDOW_MS = 60_000;
const MAX_WINDOWS = 10_000;
/** The maximum number of attachment ids in one event. A batch of URLs also has at most 1,000 ids. */
const MAX_IDS = 1_000;

type Refused = { caller: Caller; first: Downloadable };
type Window = Refused & { endsAt: number; count: number; attachmentIds: Set<string> };

export type Refusals = {
  /** Records that the service refused the URLs of several attachments in one HTTP request. All attachments of a call belong to one note. */
  record(caller: Caller, attachments: Iterable<Downloadable>): void;
  /** Records the counts of the windows that have ended, or of all windows. Resolves when the events are on disk. */
  flush(options?: { all: boolean }): Promise<void>;
};

/**
 * Records refused URLs in the activity of the owner of the note. Combines many refusals into one event, so that a stranger cannot fill the
 * activity. The first refusal of a person on a note is recorded immediately. Later refusals are counted in memory, and recorded in one
 * event with their `count` at the end of the time window. If the process is killed, the counts in memory are lost.
 */
export function createRefusals({ db, clock, newId }: Deps): Refusals {
  const windows = new Map<string, Window>();

  /** Records an event about refused URLs. The HTTP response does not wait, because only a response with a URL needs an event on disk. */
  async function write({ caller, first }: Refused, ids: Iterable<string>, count: number): Promise<void> {
    const subject = { ...aboutFile(first), attachmentIds: [...ids] };
    const detail: Record<string, number> = count > 1 ? { count } : {};
    const event = auditEvent("url.refused", { id: newId(), caller, subject, at: clock(), detail });
    await urlAuditLog(db)
      .record(event)
      .catch(() => undefined);
  }

  /** Ends a time window. If the window has counted refusals, opens the next window and records the counted refusals in one event. */
  async function end(key: string, { caller, first, count, attachmentIds }: Window): Promise<void> {
    windows.delete(key);
    if (count === 0) return;
    open(key, { caller, first });
    await write({ caller, first }, attachmentIds, count);
  }

  function open(key: string, refused: Refused): void {
    windows.set(key, { ...refused, endsAt: clock() + WINDOW_MS, count: 0, attachmentIds: new Set() });
  }

  async function flush({ all } = { all: false }): Promise<void> {
    const now = clock();
    const ended = [...windows].filter(([, { endsAt }]) => all || endsAt <= now);
    await Promise.all(ended.map(([key, window]) => end(key, window)));
  }

  return {
    record(caller, attachments) {
      const [first, ...others] = attachments;
      if (first === undefined) return;
      const key = `${first.noteId} ${caller.userId}`;
      const before = windows.get(key);
      if (before !== undefined && before.endsAt <= clock()) end(key, before);
      const window = windows.get(key);
      const ids = [first, ...others].map(({ id }) => id);
      if (window !== undefined) {
        window.count += 1;
        for (const id of ids) if (window.attachmentIds.size < MAX_IDS) window.attachmentIds.add(id);
        return;
      }
      // If there are too many windows, `record` writes the counts of all windows early, so that no count is lost.
      if (windows.size >= MAX_WINDOWS) {
        flush({ all: true });
        windows.clear();
      }
      open(key, { caller, first });
      write({ caller, first }, ids, 1);
    },
    flush,
  };
}
