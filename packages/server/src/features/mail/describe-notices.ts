import type { CountedNotice, Notice } from "../outbox/mail.ts";
import { inUtc } from "./phrases.ts";
import type { MailText } from "./template.ts";
import type { MailTexts } from "./texts/en.ts";

/** Returns the sentences of a mail about notices: at most one for each kind of notice. */
export function describeNotices(notices: readonly CountedNotice[], words: MailTexts): string[] {
  const of = <About extends Notice["about"]>(about: About) =>
    notices.filter((notice): notice is Extract<CountedNotice, { about: About }> => notice.about === about);
  const times = (about: Notice["about"]) => of(about).reduce((sum, { count }) => sum + count, 0);
  const [shares, ends] = [of("share"), of("share-end")];
  const ofNotes = shares.filter(({ attachmentId }) => attachmentId === undefined).length;
  const firstEnd = inUtc(Math.min(...ends.map(({ expiresAt }) => expiresAt), 8.64e15), words);
  const { note, file, end, opened, claimed, downloaded, viewed, received, asked } = words.notices;
  const claims = of("link-claimed");
  const filesOf = (...purposes: (typeof claims)[number]["purpose"][]) =>
    claims
      .filter(({ purpose }) => purposes.includes(purpose))
      .reduce((sum, { count, files = 1 }) => sum + count * files, 0);
  return [
    sentence(ofNotes, note),
    sentence(shares.length - ofNotes, file),
    sentence(ends.length, [end[0](firstEnd), (count) => end[1](count, firstEnd)]),
    sentence(of("link-opened").length, opened),
    sentence(filesOf("download", "zip"), downloaded),
    sentence(filesOf("view"), viewed),
    sentence(filesOf(undefined), claimed),
    sentence(times("file-received"), received),
    sentence(of("access-request").length, asked),
  ].filter((line) => line !== "");
}

function sentence(count: number, [one, several]: readonly [string, (count: number) => string]): string {
  if (count === 0) return "";
  return count === 1 ? one : several(count);
}

/**
 * Makes the button of the mail. If all notices are about one note, the button opens this note. If not, the button opens a list or the start
 * page.
 */
export function buttonOf(
  notices: readonly CountedNotice[],
  { publicUrl, words }: { publicUrl: string; words: MailTexts },
): NonNullable<MailText["button"]> {
  const { openNote, openLinks, openFiles } = words.notices;
  const ids = new Set(notices.map((notice) => ("noteId" in notice ? notice.noteId : undefined)));
  const isNote = notices.every((notice) => "noteId" in notice && !("attachmentId" in notice));
  const [noteId] = ids;
  if (isNote && ids.size === 1) return { label: openNote, url: `${publicUrl}/n/${noteId}` };
  if (notices.every((notice) => "linkId" in notice)) return { label: openLinks, url: `${publicUrl}/links` };
  if (notices.every((notice) => "noteId" in notice && "attachmentId" in notice)) {
    return { label: openFiles, url: `${publicUrl}/shared` };
  }
  return { label: words.openService, url: `${publicUrl}/` };
}
