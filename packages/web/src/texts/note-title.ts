import { texts } from "./index.ts";

/** Returns the title that people read. The service stores an empty title, because each reader reads "Untitled" in another language. */
export function titleOf(title: string): string {
  return title.trim() === "" ? texts.notes.untitled : title;
}
