import type { CountedNotice, Notice } from "../../domain/mail.ts";
import { inUtc } from "./phrases.ts";
import type { MailText } from "./template.ts";

/** One sentence for each kind of fact. */
export function describeNotices(notices: readonly CountedNotice[]): string[] {
  const of = <About extends Notice["about"]>(about: About) =>
    notices.filter((notice): notice is Extract<CountedNotice, { about: About }> => notice.about === about);
  const times = (about: Notice["about"]) => of(about).reduce((sum, { count }) => sum + count, 0);
  const [shares, ends] = [of("share"), of("share-end")];
  const ofNotes = shares.filter(({ attachmentId }) => attachmentId === undefined).length;
  const firstEnd = inUtc(Math.min(...ends.map(({ expiresAt }) => expiresAt), 8.64e15));
  return [
    sentence(ofNotes, "A note is shared with you.", (count) => `${count} notes are shared with you.`),
    sentence(shares.length - ofNotes, "A file is shared with you.", (count) => `${count} files are shared with you.`),
    sentence(
      ends.length,
      `Your access to something that is shared with you ends on ${firstEnd}.`,
      (count) => `Your access to ${count} shared notes and files ends, first on ${firstEnd}.`,
    ),
    sentence(
      of("link-opened").length,
      "Somebody opened one of your links for the first time.",
      (count) => `${count} of your links were opened for the first time.`,
    ),
    sentence(
      times("link-claimed"),
      "Somebody claimed files of one of your links.",
      (count) => `Visitors claimed files of your links ${count} times.`,
    ),
    sentence(
      times("file-received"),
      "A file arrived by one of your file requests.",
      (count) => `${count} files arrived by your file requests.`,
    ),
    sentence(
      of("access-request").length,
      "Somebody asks for access to one of your notes.",
      (count) => `There are ${count} requests for access to your notes.`,
    ),
  ].filter((line) => line !== "");
}

function sentence(count: number, one: string, several: (count: number) => string): string {
  if (count === 0) return "";
  return count === 1 ? one : several(count);
}

/** Opens the note, if all notices are about one note. Otherwise it opens a list. */
export function buttonOf(notices: readonly CountedNotice[], publicUrl: string): NonNullable<MailText["button"]> {
  const ids = new Set(notices.map((notice) => ("noteId" in notice ? notice.noteId : undefined)));
  const isNote = notices.every((notice) => "noteId" in notice && !("attachmentId" in notice));
  const [noteId] = ids;
  if (isNote && ids.size === 1) return { label: "Open the note", url: `${publicUrl}/n/${noteId}` };
  if (notices.every((notice) => "linkId" in notice)) return { label: "Open your links", url: `${publicUrl}/links` };
  if (notices.every((notice) => "noteId" in notice && "attachmentId" in notice)) {
    return { label: "Open your files", url: `${publicUrl}/shared` };
  }
  return { label: "Open Valet Key", url: `${publicUrl}/` };
}
