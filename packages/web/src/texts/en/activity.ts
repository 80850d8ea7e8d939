import { formatCount } from "../format.ts";

/** The person who acted: "You" or a name. */
type Who = { name: string; isYou: boolean };

// Without the annotation, the bundler includes these texts in every page.
const list = /* @__PURE__ */ new Intl.ListFormat("en", { type: "conjunction" });
const timesOf = (count: number) => (count === 1 ? "" : count === 2 ? ", twice" : `, ${count} times`);

/** `emails` has the email addresses. Undefined if the reader may not see the email addresses. */
type SentLink = { link: string; people: number; emails: string | undefined };
const receivers = { one: "person", other: "people" };

type LinkName = { label: string | undefined; files: string | undefined; isRequest: boolean };

type Visit = { files: string; link: string; times: number };

export const activity = {
  title: "Activity",
  today: "Today",
  yesterday: "Yesterday",
  filter: {
    label: "What to show",
    options: {
      all: "All",
      downloads: "Downloaded",
      access: "Opened",
      changes: "Changed",
      sharing: "Shared",
      refusals: "Refused",
    },
  },
  empty: {
    title: "Nothing has happened yet",
    hint: "This list shows who attached, shared, viewed or downloaded files, and when.",
  },
  emptyFilter: {
    all: "Nothing has happened yet.",
    downloads: "Nobody has downloaded anything yet.",
    access: "Nobody has viewed a file or a link yet.",
    changes: "Nothing was changed yet.",
    sharing: "Nothing was shared yet.",
    refusals: "Nobody was refused anything.",
  },
  failedToLoad: "The activity could not be loaded",
  failedToLoadMore: "Earlier activity could not be loaded.",
  loadingMore: "Loading earlier activity…",
  /** Replaces the title of a deleted note. */
  deletedNote: "Deleted note",
  note: "the note",
  /** `files` names what the link opens. Undefined if this is unknown, or named elsewhere in the sentence. */
  link: ({ label, files, isRequest }: LinkName) => {
    if (label !== undefined) return `the ${isRequest ? "file request" : "link"} “${label}”`;
    if (isRequest) return "a file request";
    return files === undefined ? "a link" : `a link to ${files}`;
  },
  /** Names a person without an account who opened a link. */
  visitor: (name: string | undefined) => (name === undefined ? "A visitor" : `${name} (visitor)`),
  /** `email` is the email address that the visitor has confirmed. */
  proven: (name: string, email: string) => `${name} (${email})`,
  span: (from: string, to: string) => `${from} – ${to}`,
  files: {
    /** Replaces the name of a deleted file. */
    one: "a deleted file",
    many: (count: number) => `${count} files`,
    quoted: (name: string) => `“${name}”`,
    counted: { one: "file", other: "files" },
    named: (names: string[], others: number) =>
      list.format(others === 0 ? names : [...names, others === 1 ? "1 more" : `${others} more`]),
  },
  sentences: {
    "note.created": (who: Who) => `${who.name} created the note`,
    "note.updated": (who: Who, times: number) => `${who.name} edited the note${timesOf(times)}`,
    "note.deleted": (who: Who, title: string | undefined) =>
      title === undefined ? `${who.name} deleted the note` : `${who.name} deleted the note “${title}”`,
    "note.restored": (who: Who) => `${who.name} restored the note`,
    "note.purged": (who: Who, title: string | undefined) =>
      `${who.name} deleted the note${title === undefined ? "" : ` “${title}”`} for good`,
    "attachment.restored": (who: Who, files: string) => `${who.name} restored ${files}`,
    "attachment.purged": (who: Who, files: string) => `${who.name} deleted ${files} for good`,
    expired: {
      note: (title: string | undefined) =>
        `The note${title === undefined ? "" : ` “${title}”`} was deleted for good after its time in the trash`,
      file: (files: string) => `${files}: deleted for good when the time in the trash was over`,
    },
    "attachment.uploaded": (who: Who, files: string) => `${who.name} attached ${files}`,
    "attachment.adopted": (who: Who, files: string) => `${who.name} attached ${files}, which was in the storage`,
    "attachment.accepted": (who: Who, files: string) => `${who.name} accepted ${files}`,
    "attachment.rejected": (who: Who, files: string) => `${who.name} attached ${files}, which was not kept`,
    "attachment.renamed": (who: Who, files: string, before: string | undefined) =>
      `${who.name} renamed ${before ?? "a file"} to ${files}`,
    "attachment.moved": (who: Who, files: string, isHere: boolean) =>
      isHere ? `${who.name} moved ${files} here from another note` : `${who.name} moved ${files} to another note`,
    "attachment.copied": (who: Who, files: string, isHere: boolean) =>
      isHere ? `${who.name} copied ${files} here from another note` : `${who.name} copied ${files} to another note`,
    "attachment.deleted": (who: Who, files: string) => `${who.name} deleted ${files}`,
    "share.granted": (
      who: Who,
      { what, whom, role, until }: { what: string | undefined; whom: string; role: string; until: string | undefined },
    ) =>
      `${who.name} shared ${what ?? "the note"} with ${whom} (${role})${until === undefined ? "" : ` until ${until}`}`,
    "share.revoked": (who: Who, { what, whom }: { what: string | undefined; whom: string }) =>
      `${who.name} stopped sharing ${what ?? "the note"} with ${whom}`,
    "invitation.created": (who: Who, email: string | undefined) => `${who.name} invited ${email ?? "someone"}`,
    "invitation.updated": (who: Who, email: string | undefined) =>
      `${who.name} changed the invitation of ${email ?? "someone"}`,
    "invitation.renewed": (who: Who, email: string | undefined) =>
      `${who.name} made a new link for the invitation of ${email ?? "someone"}`,
    "invitation.revoked": (who: Who, email: string | undefined) =>
      `${who.name} revoked the invitation of ${email ?? "someone"}`,
    "invitation.redeemed": (who: Who, email: string | undefined) =>
      `${who.name} accepted the invitation${email === undefined ? "" : ` of ${email}`}`,
    "access.requested": (who: Who) => `${who.name} asked for access`,
    "access.dismissed": (who: Who, whom: string) => `${who.name} dismissed the request of ${whom}`,
    "url.refused": (who: Who, files: string, times: number) =>
      `${who.name} tried to open ${files} without access${timesOf(times)}`,
    purposes: {
      download: (who: Who, files: string, times: number) => `${who.name} downloaded ${files}${timesOf(times)}`,
      view: (who: Who, files: string, times: number) => `${who.name} viewed ${files}${timesOf(times)}`,
      zip: (who: Who, files: string, times: number) => `${who.name} downloaded ${files} as a ZIP${timesOf(times)}`,
      opened: (who: Who, files: string, times: number) => `${who.name} opened ${files}${timesOf(times)}`,
    },
    "link.created": (who: Who, link: string) => `${who.name} created ${link}`,
    "link.updated": (who: Who, link: string) => `${who.name} changed ${link}`,
    "link.renewed": (who: Who, link: string) => `${who.name} gave ${link} a new address`,
    "link.revoked": (who: Who, link: string) => `${who.name} ended ${link}`,
    "link.sent": (who: Who, { link, people, emails }: SentLink) =>
      `${who.name} sent ${link} to ${people === 1 && emails !== undefined ? emails : formatCount(people, receivers)}`,
    "link.opened": (who: Who, link: string, times: number) => `${who.name} opened ${link}${timesOf(times)}`,
    visits: {
      download: (who: string, { files, link, times }: Visit) =>
        `${who} downloaded ${files} from ${link}${timesOf(times)}`,
      zip: (who: string, { files, link, times }: Visit) =>
        `${who} downloaded ${files} as a ZIP from ${link}${timesOf(times)}`,
      view: (who: string, { files, link, times }: Visit) => `${who} looked at ${files} from ${link}${timesOf(times)}`,
      claim: (who: string, { files, link }: Visit) => `${who} got ${files} from ${link}`,
    },
    "link.unlock_refused": (who: Who, link: string, times: number) =>
      `${who.name} gave a wrong password for ${link}${timesOf(times)}`,
    "link.received": (who: Who, { files, link }: { files: string; link: string }) =>
      `${who.name} sent ${files} for ${link}`,
    other: (who: Who, action: string) => `${who.name}: ${action}`,
  },
  roles: { editor: "can edit", viewer: "can view" },
  you: "you",
  chart: {
    title: "Downloads",
    summary: (downloads: string, span: string) => `${downloads} in the last ${span}`,
    downloads: { one: "download", other: "downloads" },
    spans: { hours: "24 hours", days14: "14 days", days30: "30 days" },
    columns: { hour: "From", day: "Day", count: "Downloads" },
    partial: (since: string) => `Counted since ${since}, because more has happened than this page counts.`,
    hint: "Each file that a person or a visitor downloads counts, also in a ZIP. A view does not count.",
    now: "now",
    today: "today",
  },
};
