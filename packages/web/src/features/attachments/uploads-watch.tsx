import { useStore } from "@nanostores/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowUp } from "lucide-react";
import { useEffect, useState } from "react";
import { hasCode } from "../../service/client.ts";
import { instanceQuery, noteQuery, queryClient } from "../../service/queries.ts";
import { pruneThumbnails } from "../../service/thumbnails.ts";
import { toasts } from "../../service/toasts.ts";
import { describeProblem, loadRareProblems, texts } from "../../texts/index.ts";
import type { Upload, UploadEvent, UploadStatus } from "./uploads/upload.ts";
import { uploads } from "./uploads/uploads.ts";

const words = texts.attachments;

type UploadsWatchProps = { accountId: string; openNoteId: string | undefined };

/** Runs on every page. Restores uploads after a reload, reports the results of uploads, and shows uploads to notes that are not open. */
export function UploadsWatch({ accountId, openNoteId }: UploadsWatchProps) {
  useEffect(() => void uploads.restore(accountId), [accountId]);
  usePruneThumbnails(openNoteId);
  return (
    <>
      <Announcements openNoteId={openNoteId} />
      <OtherUploads openNoteId={openNoteId} />
    </>
  );
}

/** Deletes the cached thumbnails of attachments that the user can no longer see. */
function usePruneThumbnails(openNoteId = ""): void {
  const { data, error } = useQuery({ ...noteQuery(openNoteId), enabled: openNoteId !== "" });
  const isRefused = hasCode(error, "note_not_found") || hasCode(error, "access_denied");
  const attachments = isRefused ? undefined : data?.attachments;
  useEffect(() => {
    if (isRefused || attachments !== undefined) void pruneThumbnails(openNoteId, attachments ?? []);
  }, [isRefused, attachments, openNoteId]);
}

/** Announces the results of uploads to screen readers. If an upload to another note fails, a message also appears. */
function Announcements({ openNoteId }: { openNoteId: string | undefined }) {
  const [announcement, setAnnouncement] = useState("");
  useEffect(
    () =>
      uploads.$event.listen(async (event) => {
        if (event === undefined) return;
        // A rejection often arrives in a response with status 200. For such a response, the client does not load the rare texts.
        if (event.kind === "failed" && hasCode(event.error, "upload_rejected")) await loadRareProblems();
        const text = describeEvent(event);
        setAnnouncement(text);
        if (event.kind === "failed" && event.upload.noteId !== openNoteId) toasts.add({ title: text, timeout: 0 });
      }),
    [openNoteId],
  );
  return (
    <p role="status" className="sr-only">
      {announcement}
    </p>
  );
}

function describeEvent(event: UploadEvent): string {
  if (event.kind === "added") return words.events.added(event.uploads.map(({ filename }) => filename));
  const { filename } = event.upload;
  if (event.kind === "attached") return words.events.attached(filename);
  return words.events.failed(filename, describeUploadFailure(event.upload.noteId, event.error));
}

const STOPPED: ReadonlySet<UploadStatus> = new Set(["paused", "failed", "needs-file", "needs-permission"]);

function OtherUploads({ openNoteId }: { openNoteId: string | undefined }) {
  const others = Object.values(useStore(uploads.list.$uploads)).filter(({ noteId }) => noteId !== openNoteId);
  const [first] = others;
  if (first === undefined) return null;
  return (
    <Link
      to="/n/$noteId"
      params={{ noteId: first.noteId }}
      className="fixed top-3 right-4 z-30 flex h-11 items-center gap-2 rounded-full border bg-surface px-4 text-small shadow-float hover:bg-hover md:top-auto md:bottom-4 md:h-9"
    >
      <ArrowUp size={14} className="text-accent" />
      <span className="tabular-nums">{summarise(others)}</span>
    </Link>
  );
}

function summarise(others: readonly Upload[]): string {
  const running = others.filter(({ status }) => !STOPPED.has(status));
  if (running.length === 0) return words.otherUploads.stopped(others.length);
  const sent = running.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  const total = running.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return words.otherUploads.running(running.length, total === 0 ? 0 : Math.floor((sent / total) * 100));
}

export function describeUploadFailure(noteId: string, error: unknown): string {
  if (hasCode(error, "quota_exceeded") && !isOwn(noteId)) return words.ownerIsFull;
  const maxBytes = queryClient.getQueryData(instanceQuery.queryKey)?.limits.uploadMaxBytes;
  if (hasCode(error, "file_too_large") && maxBytes !== undefined) return words.tooLarge(maxBytes);
  return describeProblem(error);
}

/** Returns whether the files of a note count against the quota of the user. */
export function isOwn(noteId: string): boolean {
  return queryClient.getQueryData(noteQuery(noteId).queryKey)?.role === "owner";
}
