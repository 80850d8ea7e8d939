import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUp } from "lucide-react";
import { useEffect, useState } from "react";
import { hasCode } from "../../service/client.ts";
import { noteQuery } from "../../service/queries.ts";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import { pruneThumbnails } from "./thumbnails/kept-thumbnails.ts";
import { describeUploadFailure } from "./uploads/describe-upload-state.ts";
import { restoreUploads } from "./uploads/restore-uploads.ts";
import type { Upload } from "./uploads/upload.ts";
import { useUploads } from "./uploads/upload-list.ts";
import { onNews, type UploadNews } from "./uploads/upload-news.ts";

const words = texts.attachments;

type UploadsWatchProps = { accountId: string; openNoteId: string | undefined };

/** On every page: goes on with uploads after a reload, says how they end, and shows those of notes that are not open. */
export function UploadsWatch({ accountId, openNoteId }: UploadsWatchProps) {
  useEffect(() => void restoreUploads(accountId), [accountId]);
  useForgetGone(openNoteId);
  return (
    <>
      <News openNoteId={openNoteId} />
      <Elsewhere openNoteId={openNoteId} />
    </>
  );
}

/** What is gone, or someone may no longer see, leaves no picture in their browser. */
function useForgetGone(openNoteId = ""): void {
  const { data, error } = useQuery({ ...noteQuery(openNoteId), enabled: openNoteId !== "" });
  const isRefused = hasCode(error, "note_not_found") || hasCode(error, "access_denied");
  const attachments = isRefused ? undefined : data?.attachments;
  useEffect(() => {
    if (isRefused || attachments !== undefined) void pruneThumbnails(openNoteId, attachments ?? []);
  }, [isRefused, attachments, openNoteId]);
}

/** For screen readers, politely; on other pages also for eyes, when something went wrong. */
function News({ openNoteId }: { openNoteId: string | undefined }) {
  const [said, setSaid] = useState("");
  useEffect(
    () =>
      onNews((news) => {
        const text = inWords(news);
        setSaid(text);
        if (news.kind === "failed" && news.subject.noteId !== openNoteId) toasts.add({ title: text, timeout: 0 });
      }),
    [openNoteId],
  );
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}

function inWords(news: UploadNews): string {
  if (news.kind === "started") return words.news.started(news.subjects.map(({ filename }) => filename));
  const { filename } = news.subject;
  if (news.kind === "finished") return words.news.finished(filename);
  return words.news.failed(filename, describeUploadFailure(news.error));
}

const STOPPED: ReadonlySet<string> = new Set(["paused", "failed", "choose", "allow"]);

function Elsewhere({ openNoteId }: { openNoteId: string | undefined }) {
  const uploads = [...useUploads().values()].filter(({ noteId }) => noteId !== openNoteId);
  const [first] = uploads;
  if (first === undefined) return null;
  return (
    <Link
      to="/n/$noteId"
      params={{ noteId: first.noteId }}
      className="fixed top-3 right-4 z-30 flex h-11 items-center gap-2 rounded-full border bg-surface px-4 text-small shadow-float hover:bg-hover md:top-auto md:bottom-4 md:h-9"
    >
      <ArrowUp size={14} className="text-accent" />
      <span className="tabular-nums">{summarise(uploads)}</span>
    </Link>
  );
}

function summarise(uploads: readonly Upload[]): string {
  const running = uploads.filter(({ status }) => !STOPPED.has(status));
  if (running.length === 0) return words.elsewhere.waiting(uploads.length);
  const sent = running.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  const total = running.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return words.elsewhere.running(running.length, total === 0 ? 0 : Math.floor((sent / total) * 100));
}
