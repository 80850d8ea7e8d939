import { lex, tasksOf } from "../../../components/markdown/tasks.ts";

/** Matches each text that looks like a task box. In a code block, a match is not a task box. */
const BOX = /^([\s>]*(?:[-*+]|\d+[.)])\s+(?:(?:[-*+]|\d+[.)])\s+)*\[)([ xX])(?=\]\s)/gm;

/** Ticks the task box with this position, or removes its tick. Returns the same source if it finds no such box. */
export function toggleTask(source: string, position: number): string {
  const tasks = tasksOf(lex(source));
  if (tasks[position] === undefined) return source;
  const wanted = tasks.map(({ isDone }, index) => isDone !== (index === position));
  for (const { index, 1: before = "", 2: mark } of source.matchAll(BOX)) {
    const at = index + before.length;
    const changed = source.slice(0, at) + (mark === " " ? "x" : " ") + source.slice(at + 1);
    const found = tasksOf(lex(changed)).map(({ isDone }) => isDone);
    if (found.length === wanted.length && found.every((isDone, nth) => isDone === wanted[nth])) return changed;
  }
  return source;
}
