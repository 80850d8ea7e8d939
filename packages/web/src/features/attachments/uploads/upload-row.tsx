import { Pause, Play, RotateCw, X } from "lucide-react";
import { memo } from "react";
import { Button } from "../../../components/button.tsx";
import { FileName } from "../../../components/file-name.tsx";
import { IconButton } from "../../../components/icon-button.tsx";
import { useOnline } from "../../../service/online.ts";
import { texts } from "../../../texts/index.ts";
import { FileIcon } from "../file-icon.tsx";
import { ChooseFileAgain } from "./choose-file-again.tsx";
import { describeUploadState } from "./describe-upload.ts";
import { errorCode, type Upload, type UploadStatus } from "./upload.ts";
import { uploads } from "./uploads.ts";
import { useUpload } from "./use-uploads.ts";

const words = texts.attachments.upload;

/** The uploads of a note. */
export function UploadRows({ ids }: { ids: readonly string[] }) {
  return ids.map((id) => <UploadRow key={id} id={id} />);
}

/** The row itself is the progress bar. */
const UploadRow = memo(function UploadRow({ id }: { id: string }) {
  const upload = useUpload(id);
  const isOnline = useOnline();
  if (upload === undefined) return null;
  const { filename, sentBytes, sizeBytes, status } = upload;
  const share = sizeBytes === 0 ? 0 : sentBytes / sizeBytes;
  const state = describeUploadState(upload, { isOnline });
  return (
    <li className="relative -mx-2">
      <div
        role="progressbar"
        aria-label={filename}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
        aria-valuetext={state.join(" · ")}
        className="absolute inset-0 overflow-hidden rounded-card bg-sunken"
      >
        <div
          className="size-full origin-left bg-accent-soft transition-transform"
          style={{ transform: `scaleX(${status === "failed" ? 0 : share})` }}
        />
      </div>
      <div className="relative flex min-h-14 items-center gap-3 py-2 pr-1 pl-2">
        <FileIcon filename={filename} contentType={upload.contentType} isPlain />
        <div className="min-w-0 grow">
          <FileName filename={filename} />
          <p className={status === "failed" ? "text-danger text-small" : "text-muted text-small tabular-nums"}>
            <State parts={state} />
          </p>
        </div>
        <Controls upload={upload} />
      </div>
    </li>
  );
});

/** A phone has no space for the rate. */
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
  const { id, status, error } = upload;
  if (status === "other-tab") return null;
  const isStopped = status === "failed" || status === "needs-file" || status === "needs-permission";
  return (
    <div className="flex shrink-0 items-center">
      {PAUSABLE.has(status) && (
        <IconButton label={words.pause} onClick={() => uploads.pause(id)}>
          <Pause size={16} />
        </IconButton>
      )}
      {status === "paused" && (
        <IconButton label={words.resume} onClick={() => uploads.resume(id)}>
          <Play size={16} />
        </IconButton>
      )}
      {status === "failed" && !PERMANENT_ERRORS.has(errorCode(error)) && (
        <IconButton label={words.retry} onClick={() => uploads.resume(id)}>
          <RotateCw size={16} />
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

/** A retry with the same file would fail again. */
const PERMANENT_ERRORS: ReadonlySet<unknown> = new Set([
  "file_too_large",
  "file_unreadable",
  "invalid_filename",
  "note_not_found",
  "access_denied",
]);
