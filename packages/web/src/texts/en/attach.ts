import { brandName } from "../brand-name.ts";
import { formatCount } from "../format.ts";

/** The page for files that another app has sent. */
export const attachTexts = {
  pageTitle: "Attach files",
  title: (count: number) => `Attach ${formatCount(count, { one: "file", other: "files" })}`,
  files: "Files to attach",
  more: (count: number, size: string) => `Show ${count} more (${size})`,
  remove: (filename: string) => `Do not attach “${filename}”`,
  newNote: "New note with these files",
  existing: "Or add to a note that you have",
  attach: "Attach here",
  search: "Search your notes",
  none: "No note found that you may change.",
  failed: "The notes could not be loaded",
  nothing: {
    title: "No files arrived",
    hint: `Go back to the other app and share the files with ${brandName} again.`,
    action: "Go to your notes",
  },
};
