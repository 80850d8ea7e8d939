import type { NoteOrder } from "../../../service/choices.ts";
import { formatWeekday, texts } from "../../../texts/index.ts";

type Dated = { createdAt: string; updatedAt: string; isPinned: boolean };

/**
 * Groups sorted notes under headings: first the pinned notes, and then each local day. Notes in the order of their titles have no days. In
 * a search, pinned notes have no group, because a search sorts them like all other notes.
 */
export function groupNotes<Note extends Dated>(
  notes: readonly Note[],
  { now, order, isSearch }: { now: number; order: NoteOrder; isSearch: boolean },
) {
  const groups: { heading: string; notes: Note[] }[] = [];
  const headingOf = (note: Note) => {
    if (note.isPinned && !isSearch) return texts.notes.pinned;
    if (order === "title") return texts.notes.order.title;
    return nameOfDay(order === "changed" ? note.updatedAt : note.createdAt, now);
  };
  for (const note of notes) {
    const heading = headingOf(note);
    const last = groups.at(-1);
    if (last?.heading === heading) last.notes.push(note);
    else groups.push({ heading, notes: [note] });
  }
  return groups;
}

function nameOfDay(instant: string, now: number): string {
  const { today, yesterday } = texts.notes.days;
  const day = new Date(instant).setHours(0, 0, 0, 0);
  const date = new Date(now);
  if (day >= date.setHours(0, 0, 0, 0)) return today;
  return day === date.setDate(date.getDate() - 1) ? yesterday : formatWeekday(instant);
}

/** Returns the start of a text on one line, without Markdown syntax. */
export function plainSnippet(snippet: string): string {
  return snippet
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^[\s>]*(?:#{1,6}\s+|(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?)?/gm, " ")
    .replace(/[*_`~|]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
