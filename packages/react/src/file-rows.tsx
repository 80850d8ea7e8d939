"use client";

import type { ItemFile, ValetKeyError } from "@valetkey/client";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { FilesTexts } from "./files-texts.ts";
import { Preview } from "./preview.tsx";
import { toError, useValetKey } from "./provider.tsx";
import { useFileUrl } from "./use-file-url.ts";
import type { UploadingFile } from "./use-uploads.ts";

/** The SVG paths of the icons, in a square of 24 units. */
const ICONS = {
  file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zm0 0v5h5",
  download: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  remove: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5m4-5v5",
  pause: "M9 5v14M15 5v14",
  resume: "m8 5 11 7-11 7z",
  retry: "M20 11a8 8 0 1 0-2.3 6M20 4v7h-7",
  cancel: "m6 6 12 12M18 6 6 18",
};

export function Icon({ name }: { name: keyof typeof ICONS }): ReactNode {
  return (
    <svg className="vk-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={ICONS[name]} />
    </svg>
  );
}

type IconButtonProps = { icon: keyof typeof ICONS; label: string; disabled?: boolean; onClick: () => void };

function IconButton({ icon, label, ...button }: IconButtonProps) {
  return (
    <button type="button" className="vk-icon-button" aria-label={label} title={label} {...button}>
      <Icon name={icon} />
    </button>
  );
}

/** In a row, the preview fills a square, whatever its aspect ratio is. */
const SQUARE = { aspectRatio: "1", height: "100%" };
/** The types of pictures that every browser shows. A picture under 100 kB has no preview, so the row shows the picture itself. */
const PICTURE = /^image\/(?:avif|gif|jpeg|png|webp)$/;
const SMALL_BYTES = 100_000;

function Thumbnail({ file }: { file: ItemFile }) {
  const isSmallPicture = file.state === "ready" && PICTURE.test(file.contentType) && file.sizeBytes <= SMALL_BYTES;
  return (
    <span className="vk-thumbnail">
      <Preview file={file} alt="" loading="lazy" style={SQUARE}>
        {isSmallPicture ? <Original fileId={file.id} /> : <Icon name="file" />}
      </Preview>
    </span>
  );
}

function Original({ fileId }: { fileId: string }) {
  const { src, error, onError } = useFileUrl(fileId, { purpose: "thumbnail" });
  return error ? <Icon name="file" /> : <img src={src} onError={onError} alt="" loading="lazy" />;
}

type FileRowProps = {
  file: ItemFile;
  texts: FilesTexts;
  locale: string | undefined;
  isDownloading: boolean;
  onDownload: () => void;
  /** If `onRemove` is undefined, the row has no button that removes the file. */
  onRemove: (() => void) | undefined;
};

export function FileRow({ file, texts, locale, isDownloading, onDownload, onRemove }: FileRowProps): ReactNode {
  const { filename, sizeBytes } = file;
  // A file of another user, or of an earlier visit to the page, may still be in verification.
  const isReady = file.state === "ready";
  return (
    <li className="vk-row">
      <Thumbnail file={file} />
      <span className="vk-about">
        <span className="vk-name">{filename}</span>
        <span className="vk-state">{isReady ? formatBytes(sizeBytes, locale) : texts.checking}</span>
      </span>
      {isReady && (
        <IconButton icon="download" label={texts.download(filename)} disabled={isDownloading} onClick={onDownload} />
      )}
      {onRemove && <IconButton icon="remove" label={texts.remove(filename)} onClick={onRemove} />}
    </li>
  );
}

type UploadRowProps = { upload: UploadingFile; texts: FilesTexts } & Record<
  "onPause" | "onResume" | "onRetry" | "onCancel",
  () => void
>;

/** The states in which the user can pause an upload. After the last byte, only the verification remains, which nobody can pause. */
const CAN_PAUSE: ReadonlySet<string> = new Set(["queued", "starting", "hashing", "sending", "waiting"]);

export function UploadRow({ upload, texts, ...actions }: UploadRowProps): ReactNode {
  const { name, state, error, sentBytes, totalBytes } = upload;
  const isPaused = state === "paused";
  return (
    <li className="vk-row">
      <span className="vk-thumbnail">
        <Icon name="file" />
      </span>
      <span className="vk-about">
        <span className="vk-name">{name}</span>
        {error === undefined ? (
          <>
            <span className="vk-state">{texts.uploading(upload)}</span>
            <progress className="vk-progress" aria-label={name} value={sentBytes} max={totalBytes || 1} />
          </>
        ) : (
          <span className="vk-problem" role="alert">
            {texts.problem(error, "add")}
          </span>
        )}
      </span>
      {/* Pause and resume are one button with two labels, so the button keeps the focus. */}
      {(isPaused || CAN_PAUSE.has(state)) && (
        <IconButton
          icon={isPaused ? "resume" : "pause"}
          label={isPaused ? texts.resume(name) : texts.pause(name)}
          onClick={isPaused ? actions.onResume : actions.onPause}
        />
      )}
      {error && <IconButton icon="retry" label={texts.retry(name)} onClick={actions.onRetry} />}
      <IconButton icon="cancel" label={texts.cancel(name)} onClick={actions.onCancel} />
    </li>
  );
}

type RemovalProps = { file: ItemFile; texts: FilesTexts; onRemoved: () => void; onClose: () => void };

/** Asks the user before the file is removed. The browser's modal dialog holds the focus, and Escape closes the dialog. */
export function Removal({ file, texts, onRemoved, onClose }: RemovalProps): ReactNode {
  const client = useValetKey();
  const question = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<ValetKeyError>();
  const [isPending, setIsPending] = useState(false);
  // In strict mode, React runs the effect twice.
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);

  async function remove() {
    setIsPending(true);
    const failure = await client.remove(file.id).then(() => undefined, toError);
    setIsPending(false);
    // Another user may already have removed the file.
    if (failure !== undefined && failure.code !== "attachment_not_found") return setError(failure);
    dialog.current?.close();
    onRemoved();
  }

  return (
    <dialog ref={dialog} className="vk-dialog" aria-labelledby={question} onClose={onClose}>
      <p id={question}>{texts.confirmRemoval(file.filename)}</p>
      {error && (
        <p className="vk-problem" role="alert">
          {texts.problem(error, "remove")}
        </p>
      )}
      <div className="vk-answers">
        <button type="button" className="vk-button" onClick={() => dialog.current?.close()}>
          {texts.keep}
        </button>
        <button type="button" className="vk-button vk-danger" disabled={isPending} onClick={remove}>
          {texts.confirm}
        </button>
      </div>
    </dialog>
  );
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Formats a size in decimal units, such as "1.2 MB". */
function formatBytes(bytes: number, locale: string | undefined): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const number = bytes / 1000 ** power;
  const maximumFractionDigits = power > 0 && number < 10 ? 1 : 0;
  const unit = UNITS[power];
  // In English, the short form is "2 byte".
  const unitDisplay = power === 0 ? "long" : "short";
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumFractionDigits }).format(number);
}
