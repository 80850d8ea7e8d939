import { formatCount } from "../format.ts";

const files = { one: "file", other: "files" };

export const sharing = {
  share: "Share",
  shareFile: (filename: string) => `Share “${filename}”`,
  shareFileHint: "Share only this file with people who should not see the whole note.",
  you: (name: string) => `${name} (you)`,
  owner: "Owner",
  access: {
    onlyYou: "Only you",
    onlyFiles: (count: number) => `Only ${formatCount(count, files)} ${count === 1 ? "is" : "are"} shared`,
    alsoFiles: (count: number) => `${formatCount(count, files)} shared alone`,
    person: { one: "person", other: "people" },
    invitation: { one: "open invitation", other: "open invitations" },
    link: { one: "open link", other: "open links" },
    request: { one: "file request", other: "file requests" },
    /**
     * The remaining time: `only` is for one person or link, `first` is until the first of several expiries, and `last` is until the last of
     * several expiries.
     */
    only: (left: string) => ` (${left})`,
    first: (left: string) => ` (the first: ${left})`,
    last: (left: string) => ` (up to ${left})`,
    noEnd: " (no expiry)",
    oneNeverEnds: " (1 never expires)",
    someNeverEnd: " (not all expire)",
    ends: (left: string) => `expires in ${left}`,
    /** Only screen readers read this text. */
    all: (names: string) => `${names} can see this note`,
    and: (first: string, rest: string) => `${first} and ${rest}`,
    others: { one: "other", other: "others" },
    by: (name: string) => `Shared by ${name}`,
    editor: "you can edit",
    viewer: "you can view",
  },
  role: {
    label: "What they can do",
    labelOf: (name: string) => `What ${name} can do`,
    viewer: "Can view",
    editor: "Can edit",
  },
  expiry: {
    label: "When it expires",
    labelOf: (name: string) => `When it expires for ${name}`,
    never: "Never expires",
    after: (span: string) => `For ${span}`,
    custom: "Until a date…",
    customLabel: "Expires on",
    past: "Choose a time that is still to come.",
    endsIn: (left: string) => `Expires in ${left}`,
    ended: (when: string) => `Expired ${when}`,
    set: "Set the expiry",
  },
};
