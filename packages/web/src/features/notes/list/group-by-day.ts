import { formatWeekday, texts } from "../../../texts/index.ts";

/** Groups notes by the local day of their creation. The list is already sorted by the time of creation. */
export function groupByDay<Note extends { createdAt: string }>(notes: readonly Note[], now: number) {
  const groups: { day: string; notes: Note[] }[] = [];
  for (const note of notes) {
    const day = nameOfDay(note.createdAt, now);
    const last = groups.at(-1);
    if (last?.day === day) last.notes.push(note);
    else groups.push({ day, notes: [note] });
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

/** Returns the start of a text on one line, without the characters of the Markdown format. */
export function plainSnippet(snippet: string): string {
  return snippet
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^[\s>]*(?:#{1,6}\s+|(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?)?/gm, " ")
    .replace(/[*_`~|]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
