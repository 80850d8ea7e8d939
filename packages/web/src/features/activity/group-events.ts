import type { AuditEvent } from "@valetkey/client";

/** A line of the feed: one event, or several similar events in a row. */
export type Line = {
  event: AuditEvent;
  times: number;
  /** The instant of the oldest event. */
  since: string;
  /** The number of files, including deleted files. */
  fileCount: number;
  /** The names of the files that still exist. Each event contributes at most ten names. */
  filenames: string[];
};

/** `start` is local midnight, in milliseconds since 1970. `lines` are sorted newest first. */
export type Day = { start: number; lines: Line[] };

/** Groups events by day, and joins similar events in a row into one line. The events must be sorted newest first. */
export function groupByDay(events: readonly AuditEvent[]): Day[] {
  const days: Day[] = [];
  for (const event of events) {
    const start = startOfDay(event.at);
    let day = days.at(-1);
    if (day?.start !== start) {
      day = { start, lines: [] };
      days.push(day);
    }
    const last = day.lines.at(-1);
    if (last !== undefined && isSameRun(last, event)) join(last, event);
    else day.lines.push(toLine(event));
  }
  return days;
}

export function startOfDay(instant: string | number): number {
  return new Date(instant).setHours(0, 0, 0, 0);
}

/** Returns how often the event happened. The service records all refusals within a minute as one event. */
function timesOf({ detail }: AuditEvent): number {
  return typeof detail.count === "number" ? detail.count : 1;
}

function toLine(event: AuditEvent): Line {
  const filenames = event.files.map(({ filename }) => filename);
  return { event, times: timesOf(event), since: event.at, fileCount: event.attachmentIds.length, filenames };
}

/** Events of these kinds concern one file each. Several such events in a row become one line about several files. */
const PER_FILE: ReadonlySet<string> = new Set([
  "attachment.uploaded",
  "link.received",
  "attachment.adopted",
  "attachment.moved",
  "attachment.copied",
  "attachment.deleted",
  "attachment.restored",
  "attachment.purged",
]);
/** Events of these kinds often repeat for the same files, or have no files. Several such events in a row become one line with a count. */
const REPEATED: ReadonlySet<string> = new Set([
  "note.updated",
  "url.issued",
  "url.refused",
  "link.opened",
  "link.unlock_refused",
]);
const SAME_DETAILS = ["purpose", "expiresInSeconds", "linkId"] as const;
/** The maximum number of files in one event. For a larger ZIP, the page requests the URLs in several batches. */
const MAX_BATCH = 1_000;

function isSameRun({ event: last }: Line, event: AuditEvent): boolean {
  const { action, actorId, noteId } = event;
  if (last.action !== action || last.actorId !== actorId || last.noteId !== noteId) return false;
  if (PER_FILE.has(action))
    return ["fromNoteId", "toNoteId", "linkId"].every((name) => last.detail[name] === event.detail[name]);
  if (!REPEATED.has(action) || SAME_DETAILS.some((name) => last.detail[name] !== event.detail[name])) return false;
  return hasSameFiles(last, event) || isEarlierBatch(event);
}

function hasSameFiles(one: AuditEvent, other: AuditEvent): boolean {
  return one.attachmentIds.join() === other.attachmentIds.join();
}

/** Returns whether the event is a full batch of a ZIP, so that the next batch belongs to the same ZIP. */
function isEarlierBatch({ detail, attachmentIds }: AuditEvent): boolean {
  return detail.purpose === "zip" && attachmentIds.length === MAX_BATCH;
}

function join(line: Line, event: AuditEvent): void {
  line.since = event.at;
  const addsFiles = PER_FILE.has(event.action) || !hasSameFiles(line.event, event);
  if (event.action !== "url.issued" || !addsFiles) line.times += timesOf(event);
  if (!addsFiles) return;
  line.fileCount += event.attachmentIds.length;
  line.filenames.push(...event.files.map(({ filename }) => filename));
}
