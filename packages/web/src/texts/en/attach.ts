import { brandName } from "../brand-name.ts";
/** The page for files that another app has sent. */
export const attachTexts = {
  title: "Attach files",
  newNote: "Attach to a new note",
  discard: "Discard",
  existing: "Or to one of your notes",
  search: "Search notes",
  none: "No note found that you may change.",
  failed: "The notes could not be loaded",
  attachTo: (title: string) => `Attach to ${title}`,
  nothing: {
    title: "No files arrived",
    hint: `Go back to the other app and share the files with ${brandName} again.`,
    action: "Go to your notes",
  },
};
