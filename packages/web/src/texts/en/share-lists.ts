import { formatCount } from "../format.ts";

const files = { one: "file", other: "files" };

export const shareDialogTexts = {
  tabs: {
    label: "How to share",
    people: { label: "People", title: "Share with people" },
    link: { label: "Link", title: "Share by link" },
  },
  people: {
    label: "Add people",
    placeholder: "Email addresses",
    chosen: "To be shared with",
    remove: (email: string) => `Take out ${email}`,
    correct: (email: string) => `Correct ${email}`,
    done: "Shared.",
    shared: (emails: readonly string[]) =>
      emails.length > 3 ? `Shared with ${emails.length} people.` : `Shared with ${emails.join(", ")}.`,
    /** The actions that the invited people can do after the user submits the form. */
    will: {
      viewer: (end: string) => `People you add can view the note and download its files${end}.`,
      editor: (end: string) => `People you add can change the note and its files${end}.`,
      file: (end: string) => `People you add can view and download this file${end}.`,
      files: (end: string) => `People you add can view and download these files${end}.`,
    },
    end: {
      never: " until you stop sharing",
      after: (span: string) => ` for ${span}`,
      until: (date: string) => ` until ${date}`,
    },
    shareWith: (count: number) => `Share with ${count} people`,
    invalid: (email: string) => `“${email}” is not a complete email address. Press it to correct it.`,
    own: (email: string) => `${email} is your own email address.`,
  },
  files: {
    title: (count: number) => `Share ${count} files`,
    hint: "Share only these files with people who should not see the whole note.",
    shared: (shared: number, all: number) => `${shared} of ${all} files ${shared === 1 ? "is" : "are"} shared.`,
    /** `files` has the names of the files, or their number. */
    missing: (files: string) => `Not yet shared: ${files}.`,
    tooOften: (wait: string) => `You shared a lot in a short time. Share the rest in ${wait}.`,
    count: (count: number) => formatCount(count, files),
  },
  list: {
    title: "Who has access",
    /** The people who can open a file because they can open its note. */
    ofNote: "Through the whole note",
    failed: "The list of people with access could not be loaded",
    remove: (name: string) => `Stop sharing with ${name}`,
    removing: (name: string) => `Ending the access of ${name} …`,
    removed: (name: string) => `${name} no longer has access.`,
  },
  /** `usual` and `longest` say how long an issued URL works, in the app and for programs. */
  removal: (usual: string, longest: string | undefined) =>
    `A download that was just opened works for up to ${usual} more${longest === undefined ? "" : `, in a program for up to ${longest}`}.`,
};
