import { useStore } from "@nanostores/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { createSpeedMeter } from "@valetkey/client";
import { Dropzone } from "@valetkey/react";
import { Pause, Play, X } from "lucide-react";
import { memo, useEffect, useState } from "react";
import { Button, dropzoneStyle, IconButton } from "../../../components/button.tsx";
import { FileName } from "../../../components/file-name.tsx";
import { ProgressBar } from "../../../components/states.tsx";
import { hasCode, useConnection } from "../../../service/client.ts";
import type { Connection } from "../../../service/connection.ts";
import { meQuery } from "../../../service/queries.ts";
import { uploadTexts } from "../../../texts/en/uploads.ts";
import { texts } from "../../../texts/index.ts";
import { FileIcon } from "../thumbnail.tsx";
import { describeUploadFailure, isOwn } from "../uploads-watch.tsx";
import { errorCode, type Upload, type UploadStatus } from "./upload.ts";
import { uploads } from "./uploads.ts";

const words = uploadTexts;
const { list } = uploads;

/**
 * The browser skips the layout of rows out of view, except a row with the pointer or the focus, because the tooltips of such a row extend
 * beyond the row.
 */
const ROW =
  "-mx-2 flex min-h-14 items-center gap-3 py-2 pr-1 pl-2 [contain-intrinsic-size:auto_68px] [content-visibility:auto] focus-within:[content-visibility:visible] hover:[content-visibility:visible]";

const LINK = "underline underline-offset-2";

export const UploadRow = memo(function UploadRow({ id }: { id: string }) {
  const upload = useStore(list.$uploads, { keys: [id], deps: [id] })[id];
  const connection = useConnection();
  if (upload === undefined) return null;
  const { noteId, path = "", filename, sentBytes, sizeBytes, status, error } = upload;
  const share = sizeBytes === 0 ? 0 : sentBytes / sizeBytes;
  const state = describeUploadState(upload, { connection });
  const isUnreachable = state[0] === words.unreachable;
  return (
    <li className={ROW}>
      <FileIcon filename={filename} contentType={upload.contentType} />
      <div className="min-w-0 grow">
        <FileName filename={path + filename} />
        <p
          className={
            status === "failed" || isUnreachable
              ? "text-danger text-small"
              : "truncate text-muted text-small tabular-nums"
          }
        >
          <State parts={state} />
          {status === "failed" && hasCode(error, "quota_exceeded") && isOwn(noteId) && (
            <>
              {" "}
              <Link to="/settings/$part" params={{ part: "storage" }} className={LINK}>
                {words.storage}
              </Link>
            </>
          )}
        </p>
        {status === "failed" && !PERMANENT_ERRORS.has(errorCode(error)) && (
          <Button className="mt-1" onClick={() => uploads.resume(id)}>
            {words.retry}
          </Button>
        )}
        {isUnreachable && <Unreachable id={id} />}
        {status !== "failed" && (
          <div className="pt-1">
            <ProgressBar label={filename} text={state.join(" · ")} share={share} />
          </div>
        )}
      </div>
      <Controls upload={upload} />
    </li>
  );
});

/** Tells the user what to do while the browser cannot reach the bucket. Only an administrator gets a link to the set-up checks. */
function Unreachable({ id }: { id: string }) {
  const isAdmin = useQuery(meQuery).data?.isAdmin === true;
  const tryNow = () => {
    uploads.pause(id);
    uploads.resume(id);
  };
  return (
    <p className="text-small">
      <button type="button" onClick={tryNow} className={LINK}>
        {words.tryNow}
      </button>
      {texts.common.separator}
      {isAdmin ? (
        <Link to="/settings/$part" params={{ part: "doctor" }} className={LINK}>
          {words.checkSetUp}
        </Link>
      ) : (
        <span className="text-muted">{words.tellOperator}</span>
      )}
    </p>
  );
}

/** The row of a file that waits until its new note exists. The row looks like an upload that has not started. */
export function WaitingRow({ file }: { file: File }) {
  const isOnline = useConnection() === "online";
  return (
    <li className={ROW}>
      <FileIcon filename={file.name} contentType={file.type} />
      <div className="min-w-0 grow">
        <FileName filename={file.name} />
        <p className="text-muted text-small">{isOnline ? words.starting : words.offline}</p>
      </div>
    </li>
  );
}

/** After this many failures in a row, the row says that the browser cannot reach the bucket. */
const FAILED_SENDS = 3;

/** Describes the state of an upload. While the file is sent, the text has the sent bytes, the rate and the remaining time. */
function describeUploadState(upload: Upload, { connection }: { connection: Connection }): string[] {
  const { status, sentBytes, sizeBytes: totalBytes, bytesPerSecond, secondsLeft } = upload;
  switch (status) {
    case "sending": {
      const parts = [words.sent({ sentBytes, totalBytes })];
      if (bytesPerSecond !== null) parts.push(words.rate(bytesPerSecond));
      if (secondsLeft !== null && secondsLeft > 0) parts.push(words.left(secondsLeft));
      return parts;
    }
    case "waiting":
      if (connection === "offline") return [words.offline];
      // The service responds, so the browser cannot reach only the bucket.
      return [connection === "online" && upload.failedSends >= FAILED_SENDS ? words.unreachable : words.waiting];
    case "paused":
      return [words.paused({ sentBytes, totalBytes })];
    case "failed":
      return [describeUploadFailure(upload.noteId, upload.error)];
    default:
      return [words[status]];
  }
}

/** Shows the state of an upload. A phone has no space for the rate. */
function State({ parts: [first, rate, ...others] }: { parts: readonly string[] }) {
  return (
    <>
      {first}
      {rate !== undefined && <span className="max-sm:hidden">{` · ${rate}`}</span>}
      {others.map((part) => ` · ${part}`)}
    </>
  );
}

const PAUSABLE: ReadonlySet<UploadStatus> = new Set<UploadStatus>([
  "queued",
  "starting",
  "hashing",
  "sending",
  "waiting",
]);

function Controls({ upload }: { upload: Upload }) {
  const { id, status } = upload;
  if (status === "other-tab") return null;
  const isStopped = status === "failed" || status === "needs-file" || status === "needs-permission";
  return (
    <div className="flex shrink-0 items-center">
      {PAUSABLE.has(status) && (
        <IconButton label={words.pause} onClick={() => uploads.pause(id)}>
          <Pause size={16} fill="currentColor" />
        </IconButton>
      )}
      {status === "paused" && (
        <IconButton label={words.resume} onClick={() => uploads.resume(id)}>
          <Play size={16} fill="currentColor" />
        </IconButton>
      )}
      {status === "needs-file" && <ChooseFileAgain uploadId={id} />}
      {status === "needs-permission" && <Button onClick={() => void uploads.allow(id)}>{words.allow}</Button>}
      <IconButton label={isStopped ? words.dismiss : words.cancel} onClick={() => void uploads.cancel(id)}>
        <X size={16} />
      </IconButton>
    </div>
  );
}

/** After one of these errors, a retry with the same file would also fail. */
const PERMANENT_ERRORS: ReadonlySet<unknown> = new Set([
  "file_too_large",
  "file_unreadable",
  "invalid_filename",
  "invalid_path",
  "note_not_found",
  "access_denied",
]);

/** Lets the user choose the file of an upload again, because the browser has not stored the file. */
function ChooseFileAgain({ uploadId }: { uploadId: string }) {
  const [isDifferent, setDifferent] = useState(false);
  return (
    <>
      {isDifferent && (
        <p role="alert" className="max-w-56 text-danger text-small">
          {words.notTheSame}
        </p>
      )}
      <Dropzone
        multiple={false}
        onFiles={([file]) => file !== undefined && setDifferent(!uploads.chooseAgain(uploadId, file))}
        className={dropzoneStyle}
      >
        {words.chooseFile}
      </Dropzone>
    </>
  );
}

/** Shows the progress of all running uploads to a note in one line. If only one file uploads, its own row shows the progress. */
export function UploadTotal({ noteId }: { noteId: string }) {
  useStore(uploads.list.$uploads);
  const [meter] = useState(() => createSpeedMeter(Date.now));
  const total = uploads.list.total(noteId);
  const { attachedCount, failedCount, count, sentBytes, totalBytes, isSending, longestSeconds } = total;
  useEffect(() => {
    if (isSending) meter.update(sentBytes);
    else meter.rest();
  }, [meter, isSending, sentBytes]);
  if (count - failedCount < 2 || attachedCount + failedCount === count) return null;
  const rate = isSending ? (meter.rate() ?? 0) : 0;
  const facts = [
    words.sent({ sentBytes, totalBytes }),
    ...(rate === 0 || sentBytes === totalBytes
      ? []
      : [words.leftInAll(Math.max((totalBytes - sentBytes) / rate, longestSeconds))]),
  ].join(texts.common.separator);
  return (
    <div className="flex flex-col gap-2 pb-2">
      <p className="flex flex-wrap gap-x-4 text-small">
        <span className="mr-auto font-medium">{words.attached(attachedCount, count, failedCount)}</span>
        <span className="text-muted tabular-nums">{facts}</span>
      </p>
      <ProgressBar label={words.all} text={facts} share={totalBytes === 0 ? 0 : sentBytes / totalBytes} />
    </div>
  );
}
