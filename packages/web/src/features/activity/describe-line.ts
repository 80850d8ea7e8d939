import type { AuditEvent } from "@valetkey/client";
import { nameOf } from "../../components/avatar.tsx";
import { formatDate, formatSpan, texts } from "../../texts/index.ts";
import type { Line } from "./group-events.ts";

const words = texts.activity;
const { sentences } = words;
/** The text counts further names. */
const MAX_NAMES = 3;
const MAX_NAME_LENGTH = 48;

type Reader = { accountId: string | undefined; now: number };

/** Returns the text, the name that it begins with, and the reason why a file was rejected. */
export function describeLine(line: Line, reader: Reader) {
  const { actor, detail } = line.event;
  const isYou = actor.id === reader.accountId;
  const name = isYou ? texts.common.you : nameOf(actor, { otherwise: texts.common.someone });
  const text = describe(line, { ...reader, who: { name, isYou } });
  const reason = line.event.action === "attachment.rejected" ? detail.reason : undefined;
  return { who: name, text, reason: typeof reason === "string" ? reason : undefined };
}

function describe(line: Line, { who, ...reader }: Reader & { who: { name: string; isYou: boolean } }): string {
  const { event, times } = line;
  const { action, detail } = event;
  const files = nameFiles(line);
  switch (action) {
    case "note.created":
      return sentences[action](who);
    case "note.updated":
      return sentences[action](who, times);
    case "note.deleted":
      return sentences[action](who, typeof detail.title === "string" ? detail.title : undefined);
    case "attachment.uploaded":
    case "attachment.adopted":
    case "attachment.accepted":
    case "link.received":
    case "attachment.rejected":
    case "attachment.deleted":
      return sentences[action](who, files);
    case "share.granted":
      return sentences[action](who, { ...shareOf(line, reader), ...termsOf(event, reader) });
    case "share.revoked":
      return sentences[action](who, shareOf(line, reader));
    case "url.issued": {
      const { expiresInSeconds } = detail;
      const lifetime = typeof expiresInSeconds === "number" ? formatSpan(expiresInSeconds) : undefined;
      return sentences[action](who, { files, count: line.fileCount, times, lifetime });
    }
    case "url.refused":
      return sentences[action](who, files, times);
    default:
      return sentences.other(who, action);
  }
}

/** "report.pdf", "report.pdf, a.txt and 3 more", "12 files". */
function nameFiles({ fileCount, filenames }: Line): string {
  if (filenames.length === 0) return fileCount <= 1 ? words.files.one : words.files.many(fileCount);
  const named = filenames.slice(0, MAX_NAMES).map(shorten);
  return words.files.named(named, fileCount - named.length);
}

/** Keeps the beginning, and the end with the extension. */
function shorten(filename: string): string {
  const letters = [...filename];
  if (letters.length <= MAX_NAME_LENGTH) return filename;
  return `${letters.slice(0, MAX_NAME_LENGTH - 13).join("")}…${letters.slice(-12).join("")}`;
}

function shareOf(line: Line, { accountId }: Reader) {
  const { subject, attachmentIds } = line.event;
  const what = attachmentIds.length === 0 ? undefined : nameFiles(line);
  if (subject === undefined) return { what, whom: texts.common.someone };
  return { what, whom: subject.id === accountId ? words.you : nameOf(subject, { otherwise: texts.common.someone }) };
}

function termsOf({ detail }: AuditEvent, { now }: Reader) {
  const { role, expiresAt } = detail;
  return {
    role: role === "editor" ? words.roles.editor : words.roles.viewer,
    until: typeof expiresAt === "string" || typeof expiresAt === "number" ? formatDate(expiresAt, now) : undefined,
  };
}
