import type { AuditEvent } from "@valetkey/client";

/** What is told in one line: one event, or several of a kind in a row. */
export type Line = {
  /** The newest. */
  event: AuditEvent;
  /** How many events it stands for. */
  times: number;
  /** When the oldest was. */
  since: string;
  /** How many files it is about, those without a name included. */
  fileCount: number;
  /** Those that have a name, the first ten of each event. */
  filenames: string[];
};

/** The lines of one day, newest first. */
export type Day = { start: number; lines: Line[] };

/** Events (newest first) as one reads them: by day, and runs of the same kind as one line. */
export function toDays(events: readonly AuditEvent[]): Day[] {
  const days: Day[] = [];
  for (const event of events) {
    const start = startOfDay(event.at);
    let day = days.at(-1);
    if (day?.start !== start) {
      day = { start, lines: [] };
      days.push(day);
    }
    const last = day.lines.at(-1);
    if (last !== undefined && isOfRun(last, event)) join(last, event);
    else day.lines.push(toLine(event));
  }
  return days;
}

export function startOfDay(instant: string | number): number {
  return new Date(instant).setHours(0, 0, 0, 0);
}

function toLine(event: AuditEvent): Line {
  const filenames = event.files.map(({ filename }) => filename);
  return { event, times: 1, since: event.at, fileCount: event.attachmentIds.length, filenames };
}

/** Each of these is about one file, and a row of them is told as one about several. */
const GATHERED: ReadonlySet<string> = new Set(["attachment.uploaded", "attachment.adopted", "attachment.deleted"]);
/** These happen again and again to the same files, or to none. */
const REPEATED: ReadonlySet<string> = new Set(["note.updated", "url.issued", "url.refused"]);

function isOfRun({ event: last }: Line, event: AuditEvent): boolean {
  const { action, actorId, noteId } = event;
  if (last.action !== action || last.actorId !== actorId || last.noteId !== noteId) return false;
  if (GATHERED.has(action)) return true;
  return (
    REPEATED.has(action) &&
    last.attachmentIds.join() === event.attachmentIds.join() &&
    last.detail.expiresInSeconds === event.detail.expiresInSeconds
  );
}

function join(line: Line, event: AuditEvent): void {
  line.times += 1;
  line.since = event.at;
  if (!GATHERED.has(event.action)) return;
  line.fileCount += event.attachmentIds.length;
  line.filenames.push(...event.files.map(({ filename }) => filename));
}
