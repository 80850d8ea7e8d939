import { formatCount } from "../format.ts";

const files = { one: "file", other: "files" };
const people = { one: "person", other: "people" };
const links = { one: "open link", other: "open links" };

export const movingTexts = {
  kind: { label: "What happens to the file", move: "Move", copy: "Copy" },
  title: {
    move: (name: string) => `Move ${name} to another note`,
    copy: (name: string) => `Copy ${name} to another note`,
  },
  count: (count: number) => formatCount(count, files),
  search: "Search your notes",
  list: "Notes",
  of: (name: string) => `Owner: ${name}`,
  none: "No other note that you can edit matches.",
  failed: "Your notes could not be loaded",
  choose: "Choose a note.",
  /** Says in one sentence who loses access by a move, from the numbers of the service. */
  losing: ({ people: count, links: open, isExact }: { people: number; links: number; isExact: boolean }) => {
    if (count + open === 0) return "Nobody loses access.";
    const facts = [
      ...(count === 0 ? [] : [formatCount(count, people)]),
      ...(open === 0 ? [] : [formatCount(open, links)]),
    ];
    const lose = count + open === 1 ? "loses" : "lose";
    return `${facts.join(" and ")} ${isExact || count === 0 ? lose : "may lose"} access.`;
  },
  /** For a move to a note of another owner. */
  otherOwner: (name: string) => `${name} becomes the owner.`,
  original: {
    mine: "You keep the original under “Deleted”.",
    ofAnother: "The owner keeps the original under “Deleted”.",
  },
  copied: "The copy belongs to the owner of the note. The people and links of the note can open it.",
  counting: "Checking who loses access…",
  action: { move: "Move", copy: "Copy" },
  running: { move: (name: string) => `Moving ${name}…`, copy: (name: string) => `Copying ${name}…` },
  done: {
    move: (name: string, title: string) => `Moved ${name} to “${title}”`,
    copy: (name: string, title: string) => `Copied ${name} to “${title}”`,
  },
  undone: (name: string) => `${name} is back`,
  notDone: {
    move: (name: string, title: string) => `${name} was not moved to “${title}”`,
    copy: (name: string, title: string) => `${name} was not copied to “${title}”`,
  },
  notUndone: (name: string) => `${name} could not be moved back`,
  reasons: {
    quota_exceeded: "The storage of the owner of that note is full. The file is where it was.",
    access_denied: "You may no longer take the file, or add files to that note.",
    note_not_found: "That note is gone.",
    attachment_not_found: "The file is gone.",
    attachment_moved: "Somebody has moved the file to another note.",
    attachment_not_ready: "The file is still being checked, or waits for a review.",
    object_not_found: "The file was changed or deleted in the meantime.",
  },
};
