import { Pause, Play, RotateCw, X } from "lucide-react";
import { memo } from "react";
import { Button } from "../../../components/button.tsx";
import { FileName } from "../../../components/file-name.tsx";
import { IconButton } from "../../../components/icon-button.tsx";
import { useOnline } from "../../../service/online.ts";
import { texts } from "../../../texts/index.ts";
import { FileIcon } from "../file-icon.tsx";
import { ChooseAgain } from "./choose-again.tsx";
import { cancelUpload, pauseUpload, resumeUpload } from "./control-uploads.ts";
import { describeUploadState } from "./describe-upload-state.ts";
import { allowUpload } from "./restore-uploads.ts";
import type { Upload } from "./upload.ts";
import { useUpload } from "./upload-list.ts";

const words = texts.attachments.upload;

/** The files on their way to a note. */
export function UploadRows({ ids }: { ids: readonly string[] }) {
  return ids.map((id) => <UploadRow key={id} id={id} />);
}

/** A file on its way: the row itself is the bar. */
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

/** On a phone there is no room for the rate. */
function State({ parts: [first, rate, ...others] }: { parts: readonly string[] }) {
  return (
    <>
      {first}
      {rate !== undefined && <span className="max-sm:hidden">{` · ${rate}`}</span>}
      {others.map((part) => ` · ${part}`)}
    </>
  );
}

const PAUSABLE: ReadonlySet<string> = new Set(["queued", "starting", "hashing", "sending", "waiting"]);

function Controls({ upload }: { upload: Upload }) {
  const { id, status } = upload;
  if (status === "elsewhere") return null;
  const isOver = status === "failed" || status === "choose" || status === "allow";
  return (
    <div className="flex shrink-0 items-center">
      {PAUSABLE.has(status) && (
        <IconButton label={words.pause} onClick={() => pauseUpload(id)}>
          <Pause size={16} />
        </IconButton>
      )}
      {status === "paused" && (
        <IconButton label={words.resume} onClick={() => resumeUpload(id)}>
          <Play size={16} />
        </IconButton>
      )}
      {status === "failed" && canBeTriedAgain(upload) && (
        <IconButton label={words.retry} onClick={() => resumeUpload(id)}>
          <RotateCw size={16} />
        </IconButton>
      )}
      {status === "choose" && <ChooseAgain upload={upload} />}
      {status === "allow" && <Button onClick={() => void allowUpload(id)}>{words.goOn}</Button>}
      <IconButton label={isOver ? words.dismiss : words.cancel} onClick={() => void cancelUpload(id)}>
        <X size={16} />
      </IconButton>
    </div>
  );
}

/** After these the same file meets the same answer. */
const DECIDED: ReadonlySet<unknown> = new Set([
  "file_too_large",
  "file_unreadable",
  "invalid_filename",
  "note_not_found",
  "access_denied",
]);

function canBeTriedAgain({ error }: Upload): boolean {
  return !DECIDED.has((error as { code?: unknown } | undefined)?.code);
}
