import type { Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { permits } from "../access/authorise.ts";
import { accessQueries } from "../access/queries.ts";
import { effectiveExpiry, type Link, mayEditLink } from "../links/link.ts";
import { stateOf, tokenOf } from "../links/owner/read.ts";
import { linkQueries } from "../links/queries/links.ts";
import { codesOf } from "../links/receiver.ts";
import { type CountedNotice, type LeasedMail, type NoticeMail, topicOf } from "../outbox/mail.ts";
import { mailPreferenceQueries } from "../outbox/mail-queries.ts";
import { findHolders } from "../people/find-users.ts";
import { provenEmailOf } from "../people/index.ts";
import { lookupQueries } from "../people/lookup-queries.ts";
import { accessRequestQueries } from "../sharing/queries/access-requests.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { withWords } from "./compose-account.ts";
import { describeFacts, type Fact } from "./describe-notices.ts";
import { shareChoice } from "./preferences.ts";
import {
  type Composed,
  type Content,
  composeOptional,
  hostOf,
  inUtc,
  type MailText,
  nameOf,
  quotable,
  type Service,
} from "./template.ts";
import type { LinkName, MailTexts, Thing } from "./texts/en.ts";

type PartDeps = Pick<Deps, "db" | "clock"> & Service & { words: MailTexts };

/** A fact with the id of the note that shows the fact. Undefined: a list shows the fact. */
type PlacedFact = Fact & { noteId?: string | undefined };

/** Composes a mail from notices, without the outdated notices and the topics that are turned off. Undefined if no notice remains. */
export async function composeNotices(
  deps: PartDeps,
  { userId, kind, notices: collected }: NoticeMail,
): Promise<Content | undefined> {
  const { db, publicUrl, words } = deps;
  if (await lookupQueries(db).isDisabled(userId)) return undefined;
  const choices = await mailPreferenceQueries(db).find({ userId });
  const facts: PlacedFact[] = [];
  for (const notice of merged(collected)) {
    const fact = choices[topicOf(notice)] === "never" ? undefined : await factOf(deps, { userId, notice });
    if (fact !== undefined) facts.push(fact);
  }
  if (facts.length === 0) return undefined;
  const { subject, lines } = describeFacts(facts, { words, subject: words.notices.subjects[kind] });
  return {
    subject,
    intro: lines,
    button: buttonOf(facts, deps),
    outro: [],
    reason: words.reasons.topic(hostOf(publicUrl)),
  };
}

/** Merges the downloads of one visitor of one link, and also the views, so that the mail has one sentence for each. */
function merged(notices: readonly CountedNotice[]): CountedNotice[] {
  const joined = new Map<string, CountedNotice>();
  for (const notice of notices) {
    const key = JSON.stringify(keyOf(notice));
    const former = joined.get(key);
    const files = filesOf(notice) + (former === undefined ? 0 : filesOf(former));
    const count = notice.count + (former?.count ?? 0);
    joined.set(key, { ...notice, ...(notice.about === "link-claimed" && { files: files / count }), count });
  }
  return [...joined.values()];
}

function keyOf(notice: CountedNotice): unknown {
  if (notice.about !== "link-claimed") return { ...notice, count: undefined };
  const { about, linkId, by, purpose } = notice;
  return { about, linkId, by, isView: purpose === "view" };
}

function filesOf(notice: CountedNotice): number {
  return notice.about === "link-claimed" ? (notice.files ?? 1) * notice.count : 0;
}

/** Returns the fact for the mail about a notice. Returns undefined if the notice is no longer true. */
async function factOf(
  deps: PartDeps,
  { userId, notice }: { userId: string; notice: CountedNotice },
): Promise<PlacedFact | undefined> {
  const { db, words } = deps;
  switch (notice.about) {
    case "share":
    case "share-end": {
      const shared = await sharedThing(db, { userId, ...notice });
      if (shared === undefined) return undefined;
      const noteId = notice.attachmentId === undefined ? notice.noteId : undefined;
      if (notice.about === "share") return { about: "shared", ...shared, count: 1, noteId };
      if (!(await isEnding(deps, { userId, notice }))) return undefined;
      return { about: "ends", ...shared, end: inUtc(notice.expiresAt, words), noteId };
    }
    case "access-request": {
      const title = await titleOfAsked(db, { ownerId: userId, ...notice });
      if (title === undefined) return undefined;
      const by = await provenEmailOf(db, notice.userId);
      return { about: "asked", by, name: title || undefined, noteId: notice.noteId };
    }
    default: {
      const found = (await linkQueries(db).find(notice.linkId))?.link;
      return found?.ownerId === userId ? factOfLink(db, notice, found) : undefined;
    }
  }
}

async function factOfLink(
  db: Tx,
  notice: Extract<CountedNotice, { linkId: string }>,
  found: Link,
): Promise<PlacedFact> {
  const { count } = notice;
  const link = await linkName(db, found);
  if (notice.about === "link-opened") return { about: "opened", link, count };
  if (notice.about === "file-received") return { about: "received", link, count, noteId: found.noteId };
  const about = notice.purpose === "view" ? "viewed" : "downloaded";
  return { about, by: notice.by, link, count, files: filesOf(notice) };
}

/** Returns the label of a link that the owner created. Returns the note's title for other links, whose labels other people wrote. */
async function linkName(db: Tx, { ownerId, createdBy, label, noteId }: Link): Promise<LinkName> {
  if (createdBy === ownerId && label !== "") return { label };
  return { note: (await accessQueries(db).note(ownerId, noteId))?.note.title || undefined };
}

/** Returns the name and the owner's email address of a shared note or file. Both are undefined if the owner has not proven the address. */
export async function sharedThing(
  db: Tx,
  { userId, noteId, attachmentId }: { userId: string; noteId: string; attachmentId?: string | undefined },
): Promise<{ by: string | undefined; thing: Thing; name: string | undefined } | undefined> {
  if (attachmentId === undefined) {
    const found = await accessQueries(db).note(userId, noteId);
    if (found?.role === undefined) return undefined;
    const by = await provenEmailOf(db, found.note.ownerId);
    return { by, thing: "note", name: by && (found.note.title || undefined) };
  }
  const found = await accessQueries(db).attachment(userId, attachmentId);
  if (found?.role === undefined) return undefined;
  const by = await provenEmailOf(db, found.attachment.ownerId);
  return { by, thing: "file", name: by && found.attachment.filename };
}

async function isEnding(
  { db, clock }: PartDeps,
  { userId, notice }: { userId: string; notice: Extract<CountedNotice, { about: "share-end" }> },
): Promise<boolean> {
  const { noteId, attachmentId, expiresAt } = notice;
  if (expiresAt <= clock()) return false;
  // A user with access to the whole note still has the file when the share of the file expires, so a notice would be wrong.
  if (attachmentId !== undefined && (await accessQueries(db).note(userId, noteId))?.role !== undefined) return false;
  const subject = attachmentId === undefined ? { noteId } : { attachmentId };
  return (await shareQueries(db).expiryOf(subject, userId)) === expiresAt;
}

/** Returns the title of the note for which a user asks the owner for access. Returns undefined if the request is no longer open. */
export async function titleOfAsked(
  tx: Tx,
  { ownerId, noteId, userId }: { ownerId: string; noteId: string; userId: string },
): Promise<string | undefined> {
  const found = await accessQueries(tx).note(ownerId, noteId);
  if (found?.role !== "owner" || (await lookupQueries(tx).isDisabled(userId))) return undefined;
  const isOpen = (await accessRequestQueries(tx).listOpen(noteId)).some((one) => one.userId === userId);
  return isOpen ? found.note.title : undefined;
}

/** Returns the button of the mail. It opens the note if all facts are about one note, or else a list or the start page. */
function buttonOf(
  facts: readonly PlacedFact[],
  { words, ...service }: Service & { words: MailTexts },
): NonNullable<MailText["button"]> {
  const { publicUrl } = service;
  const { openNote, openLinks, openFiles } = words.notices;
  const [noteId, ...others] = new Set(facts.map((fact) => fact.noteId));
  if (noteId !== undefined && others.length === 0) return { label: openNote, url: `${publicUrl}/n/${noteId}` };
  if (facts.every((fact) => "link" in fact)) return { label: openLinks, url: `${publicUrl}/links` };
  if (facts.every((fact) => "thing" in fact)) return { label: openFiles, url: `${publicUrl}/shared` };
  return { label: words.openService(nameOf(service)), url: `${publicUrl}/` };
}

type SentLinkDeps = Pick<Deps, "db" | "clock" | "linkKeys" | "limits"> & Service;
type SentLinkMail = Extract<LeasedMail, { kind: "sent-link" }>;

/**
 * Composes the mail with which a person sends a link. Returns undefined if the link no longer works, if the sender may no longer send it,
 * or if the reader has turned off mails about shares. The subject has only the proven email address of the sender, because the sender's
 * name and the label can be any text. The body has the name, the label and the message, without clickable URLs.
 */
export async function composeSentLink(
  deps: SentLinkDeps,
  { email, sent }: SentLinkMail,
): Promise<Composed | undefined> {
  const { db, linkKeys, limits, publicUrl } = deps;
  const { linkId, generation, sentBy, message } = sent;
  const details = await linkQueries(db).findDetails(linkId);
  if (details === undefined || details.link.generation !== generation || stateOf(deps, details) !== "live") {
    return undefined;
  }
  const { link } = details;
  const from = await senderOf(deps, { link, sentBy });
  const reader = (await findHolders(db, [email], { needsProof: true })).get(email);
  // A mail with a link is sent at once, even if the reader has chosen the daily digest.
  if (from === undefined || (await shareChoice(db, { email, userId: reader })) === "never") return undefined;
  const sender = await withWords(deps, [reader, sentBy]);
  const { words } = sender;
  const { sentLink: texts } = words;
  const token = tokenOf(linkKeys, link);
  const [code = ""] = codesOf(linkKeys, { linkId, generation, email });
  const label = link.label === "" ? undefined : quotable(link.label);
  const expiresAt = effectiveExpiry(link, limits.links);
  const composed = composeOptional(sender, {
    text: {
      subject: texts.subject[link.kind](from.email),
      intro: [texts.intro[link.kind]({ sender: from.shown, label })],
      ...(message !== "" && { message }),
      button: { label: texts.button[link.kind], url: `${publicUrl}/s/${token}#to=${code}` },
      outro: [
        ...(expiresAt === undefined ? [] : [texts.life(inUtc(expiresAt, words))]),
        ...(link.passwordHash === undefined ? [] : [texts.password(from.email)]),
        ...(link.recipients.length === 0 ? [texts.everybody] : [texts.code]),
        texts.answer(from.email),
        texts.seen,
      ],
      reason: words.reasons.invited(from.email, hostOf(publicUrl)),
    },
    secrets: [token],
    topic: "shares",
    holder: { email },
  });
  return { ...composed, replyTo: from.email };
}

/** Returns the sender of a link if this person may still send the link and has a proven email address. */
async function senderOf(
  { db }: SentLinkDeps,
  { link, sentBy }: { link: Link; sentBy: string },
): Promise<{ email: string; shown: string } | undefined> {
  const role = (await accessQueries(db).note(sentBy, link.noteId))?.role;
  if (!permits(role, "note.link") || !mayEditLink(link, sentBy)) return undefined;
  if (await lookupQueries(db).isDisabled(sentBy)) return undefined;
  const email = await provenEmailOf(db, sentBy);
  if (email === undefined) return undefined;
  const name = (await lookupQueries(db).person(sentBy))?.name ?? "";
  return { email, shown: name === "" || name === email ? email : `${quotable(name)} (${email})` };
}
