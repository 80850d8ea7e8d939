import { texts } from "./index.ts";

/** Returns the title that people read. The service stores an empty title, because "Untitled" has another text in each language. */
export function titleOf(title: string): string {
  return title.trim() === "" ? texts.notes.untitled : title;
}
