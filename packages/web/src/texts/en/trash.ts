import { formatCount } from "../format.ts";

export const trashTexts = {
  title: "Deleted",
  hint: (days: number) =>
    days === 0
      ? "This service keeps nothing that you delete."
      : `What you delete stays here for ${formatCount(days, { one: "day", other: "days" })}, and counts toward your storage during this time.`,
  list: "Deleted notes and files",
  empty: {
    title: "Nothing is deleted",
    hint: "Notes and files that you delete wait here, and you can bring them back.",
  },
  failed: "The deleted notes and files could not be loaded",
  note: (files: number) => (files === 0 ? "Note" : `Note with ${formatCount(files, { one: "file", other: "files" })}`),
  file: (noteTitle: string) => `File of “${noteTitle}”`,
  purgeAt: (day: string) => `here until ${day}`,
  restore: "Restore",
  restoreOf: (name: string) => `Restore ${name}`,
  restored: (name: string) => `“${name}” is back`,
  purge: "Delete for good",
  purgeOf: (name: string) => `Delete for good: ${name}`,
  purgeQuestion: (name: string) => `Delete “${name}” for good? You cannot undo this.`,
  purged: (name: string) => `“${name}” is deleted for good`,
};
