import type { AuditEvent, Rejection } from "@valetkey/client";
import { nameOf } from "../../components/avatar.tsx";
import { describeRejection } from "../../texts/describe-rejection.ts";
import { activity as activityTexts } from "../../texts/en/activity.ts";
import { formatCount, formatInstant, texts } from "../../texts/index.ts";
import type { Line } from "./group-events.ts";

const words = activityTexts;
const { sentences } = words;
/** The maximum number of filenames in a text. If an event has more files, the text ends with the number of the other files. */
const MAX_NAMES = 3;
const MAX_NAME_LENGTH = 48;

type Reader = { accountId: string | undefined };

/** The events of visitors, who have no account. */
const BY_VISITORS: ReadonlySet<string> = new Set([
  "link.opened",
  "link.claimed",
  "link.unlock_refused",
  "link.received",
]);

/**
 * Describes a line of the activity feed for its reader. `who` is the name at the start of `text`, and `isYou` says whether the reader is
 * this person. `more` has the names of several files, or the reason why a file was rejected.
 */
export function describeLine(line: Line, reader: Reader) {
  const who = nameActor(line.event, reader);
  return { who: who.name, isYou: who.isYou, text: describe(line, { ...reader, who }), more: describeMore(line) };
}

function nameActor({ action, actor, detail }: AuditEvent, { accountId }: Reader): { name: string; isYou: boolean } {
  const isByVisitor = detail.visitorName !== undefined || (action === "url.issued" && detail.linkId !== undefined);
  if (BY_VISITORS.has(action) || isByVisitor) {
    return { name: words.visitor(textOf(detail.visitorName)), isYou: false };
  }
  const isYou = actor.id === accountId;
  return { name: isYou ? texts.common.you : nameOf(actor, { otherwise: texts.common.someone }), isYou };
}

function describeMore(line: Line): string | undefined {
  const { action, detail } = line.event;
  if (action === "attachment.rejected") {
    // The details of the event contain the code and the parameters of the reason.
    const rejection = detail.code === undefined ? undefined : (detail as Rejection);
    return describeRejection({ reason: textOf(detail.reason), rejection });
  }
  const isAct = action === "url.issued" || action === "link.claimed";
  const hasNames = isAct && detail.purpose !== undefined && line.fileCount > 1;
  return hasNames && line.filenames.length > 0 ? nameFiles(line) : undefined;
}

function textOf(value: AuditEvent["detail"][string] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function describe(line: Line, { who, ...reader }: Reader & { who: { name: string; isYou: boolean } }): string {
  const { event, times } = line;
  const { action, detail } = event;
  const files = nameFiles(line);
  switch (action) {
    case "note.created":
    case "note.restored":
    case "access.requested":
      return sentences[action](who);
    case "note.updated":
      return sentences[action](who, times);
    case "note.purged":
      if (detail.expired === true) return sentences.expired.note(textOf(detail.title));
      return sentences[action](who, textOf(detail.title));
    case "attachment.purged":
      return detail.expired === true ? sentences.expired.file(files) : sentences[action](who, files);
    case "note.deleted":
      return sentences[action](who, textOf(detail.title));
    case "attachment.uploaded":
    case "attachment.adopted":
    case "attachment.accepted":
    case "attachment.rejected":
    case "attachment.deleted":
    case "attachment.restored":
      return sentences[action](who, files);
    case "attachment.moved":
    case "attachment.copied":
      return sentences[action](who, files, detail.fromNoteId !== undefined);
    // The text uses the filename in the event, because the file may have been renamed again or deleted since then.
    case "attachment.renamed":
      return sentences[action](who, shorten(textOf(detail.filename) ?? files), shortenedOf(detail.before));
    case "share.granted":
      return sentences[action](who, { ...shareOf(line, reader), ...termsOf(event) });
    case "share.revoked":
      return sentences[action](who, shareOf(line, reader));
    case "invitation.created":
    case "invitation.updated":
    case "invitation.renewed":
    case "invitation.revoked":
    case "invitation.redeemed":
      return sentences[action](who, textOf(detail.email));
    case "access.dismissed":
      return sentences[action](who, shareOf(line, reader).whom);
    case "url.issued":
      return describeUrl(line, who);
    case "url.refused":
      return sentences[action](who, files, times);
    case "link.created":
    case "link.updated":
    case "link.renewed":
    case "link.revoked":
      return sentences[action](who, nameLink(line));
    case "link.sent":
      return sentences[action](who, {
        link: nameLink(line),
        people: Number(detail.people),
        emails: textOf(detail.email),
      });
    case "link.opened":
    case "link.unlock_refused":
      return sentences[action](who, nameLink(line), times);
    case "link.claimed":
      return describeVisit(line, who);
    case "link.received":
      return sentences[action](who, { files, link: nameLink(line) });
    default:
      return sentences.other(who, action);
  }
}

/** Describes what a visitor of a link did. Events of an earlier version of the service have no purpose. */
function describeVisit(line: Line, { name }: { name: string }): string {
  const { purpose, email } = line.event.detail;
  const visit = { files: countFiles(line), link: nameLink(line), times: line.times };
  const proven = textOf(email);
  const who = proven === undefined ? name : words.proven(name, proven);
  return sentences.visits[purpose === "download" || purpose === "view" || purpose === "zip" ? purpose : "claim"](
    who,
    visit,
  );
}

/** Names the link, such as "the link “Contract”" or "a link to report.pdf". Events of visitors do not say which files their link opens. */
function nameLink(line: Line): string {
  const { action, detail, attachmentIds } = line.event;
  const isOfVisitor = BY_VISITORS.has(action) || action === "url.issued";
  const files = attachmentIds.length === 0 ? words.note : countFiles(line);
  const isRequest = detail.kind === "upload" || action === "link.received";
  return words.link({ label: textOf(detail.label), files: isOfVisitor ? undefined : files, isRequest });
}

/** Returns, for example, "report.pdf" or "12 files". */
function countFiles(line: Line): string {
  return line.fileCount > 1 ? formatCount(line.fileCount, words.files.counted) : nameFiles(line);
}

/** Describes an issued URL. The feed has no thumbnails and renewals. Events of an earlier version of the service have no purpose. */
function describeUrl(line: Line, who: { name: string; isYou: boolean }): string {
  const { purpose, linkId } = line.event.detail;
  if (linkId !== undefined && purpose !== undefined && purpose !== "renewal") return describeVisit(line, who);
  const act = purpose === "download" || purpose === "view" || purpose === "zip" ? purpose : "opened";
  return sentences.purposes[act](who, countFiles(line), line.times);
}

/** Returns, for example, "report.pdf", "report.pdf, a.txt and 3 more" or "12 files". */
function nameFiles({ fileCount, filenames }: Line): string {
  if (filenames.length === 0) return fileCount <= 1 ? words.files.one : words.files.many(fileCount);
  const named = filenames.slice(0, MAX_NAMES).map(shorten);
  return words.files.named(named, fileCount - named.length);
}

/** Shortens a filename in the middle, so that its extension stays visible. A filename with spaces gets quotation marks. */
function shorten(filename: string): string {
  const letters = [...filename];
  const isShort = letters.length <= MAX_NAME_LENGTH;
  const shown = isShort
    ? filename
    : `${letters.slice(0, MAX_NAME_LENGTH - 13).join("")}…${letters.slice(-12).join("")}`;
  return /\s/.test(shown) ? words.files.quoted(shown) : shown;
}

function shortenedOf(value: AuditEvent["detail"][string] | undefined): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : shorten(text);
}

function shareOf(line: Line, { accountId }: Reader) {
  const { subject, attachmentIds } = line.event;
  const what = attachmentIds.length === 0 ? undefined : nameFiles(line);
  if (subject === undefined) return { what, whom: texts.common.someone };
  return { what, whom: subject.id === accountId ? words.you : nameOf(subject, { otherwise: texts.common.someone }) };
}

function termsOf({ detail }: AuditEvent) {
  const { role, expiresAt } = detail;
  return {
    role: role === "editor" ? words.roles.editor : words.roles.viewer,
    until: typeof expiresAt === "string" ? formatInstant(expiresAt) : undefined,
  };
}
