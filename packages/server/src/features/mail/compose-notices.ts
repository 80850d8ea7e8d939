import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { accessQueries } from "../access/queries.ts";
import { linkQueries } from "../links/queries/links.ts";
import { type CountedNotice, type Notice, type NoticeMail, topicOf } from "../outbox/mail.ts";
import { mailPreferenceQueries } from "../outbox/mail-queries.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { accessRequestQueries } from "../sharing/queries/access-requests.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { type Content, hostOf, inUtc, type MailText } from "./template.ts";
import type { MailTexts } from "./texts/en.ts";

type PartDeps = Pick<Deps, "db" | "clock"> & { publicUrl: string; words: MailTexts };

/**
 * Returns the text of a mail about notices. Leaves out notices that are no longer true, and notices about topics that the user has turned
 * off. Returns undefined if no notice is left.
 * As in every mail, the text contains no title, filename or name of a user (compose-mail.ts).
 */
export async function composeNotices(
  deps: PartDeps,
  { userId, kind, notices: collected }: NoticeMail,
): Promise<Content | undefined> {
  const { db, publicUrl, words } = deps;
  if (await lookupQueries(db).isDisabled(userId)) return undefined;
  const choices = await mailPreferenceQueries(db).find({ userId });
  const notices: CountedNotice[] = [];
  for (const notice of collected) {
    if (choices[topicOf(notice)] !== "never" && (await isTrue(deps, { userId, notice }))) notices.push(notice);
  }
  const lines = describeNotices(notices, words);
  const [first, second] = lines;
  if (first === undefined) return undefined;
  return {
    subject: second === undefined ? first.slice(0, -1) : words.notices.subjects[kind],
    intro: [words.notices.intro(hostOf(publicUrl)), ...lines],
    button: buttonOf(notices, { publicUrl, words }),
    outro: [words.notices.outro],
  };
}

/** Returns whether a notice is still true now, when the mail is sent. */
async function isTrue(
  { db, clock }: PartDeps,
  { userId, notice }: { userId: string; notice: Notice },
): Promise<boolean> {
  switch (notice.about) {
    case "share":
      return hasAccess(db, { userId, ...notice });
    case "share-end":
      return isEnding(db, { userId, notice, now: clock() });
    case "link-opened":
    case "link-claimed":
    case "file-received":
      return (await linkQueries(db).find(notice.linkId))?.link.ownerId === userId;
    case "access-request":
      return isAsking(db, { ownerId: userId, ...notice });
  }
}

async function hasAccess(
  tx: Tx,
  { userId, noteId, attachmentId }: { userId: string; noteId: string; attachmentId?: string | undefined },
): Promise<boolean> {
  const found =
    attachmentId === undefined
      ? await accessQueries(tx).note(userId, noteId)
      : await accessQueries(tx).attachment(userId, attachmentId);
  return found?.role !== undefined;
}

async function isEnding(
  db: Tx,
  { userId, notice, now }: { userId: string; notice: Extract<Notice, { about: "share-end" }>; now: number },
): Promise<boolean> {
  const { noteId, attachmentId, expiresAt } = notice;
  if (expiresAt <= now || !(await hasAccess(db, { userId, noteId, attachmentId }))) return false;
  // A user with access to the whole note keeps the access to the file when the share of the file expires. A notice about the expiry would
  // be wrong.
  if (attachmentId !== undefined && (await hasAccess(db, { userId, noteId }))) return false;
  const subject = attachmentId === undefined ? { noteId } : { attachmentId };
  return (await shareQueries(db).expiryOf(subject, userId)) === expiresAt;
}

async function isAsking(
  tx: Tx,
  { ownerId, noteId, userId }: { ownerId: string; noteId: string; userId: string },
): Promise<boolean> {
  if ((await accessQueries(tx).note(ownerId, noteId))?.role !== "owner" || (await lookupQueries(tx).isDisabled(userId)))
    return false;
  return (await accessRequestQueries(tx).listOpen(noteId)).some((one) => one.userId === userId);
}

/** Returns the sentences of a mail about notices: at most one for each kind of notice. */
function describeNotices(notices: readonly CountedNotice[], words: MailTexts): string[] {
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
function buttonOf(
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
