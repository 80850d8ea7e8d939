import type { Attachment } from "@valetkey/client";
import {
  File,
  FileArchive,
  FileCode,
  FileImage,
  FileMusic,
  FilePlay,
  FileSpreadsheet,
  FileText,
  type LucideIcon,
} from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { whenNear } from "../../components/when-seen.tsx";
import { hasThumbnail, loadedThumbnail, thumbnailUrl } from "../../service/thumbnails.ts";
import { type FileKind, kindOfFile } from "./arrange-files.ts";

/** Shows the thumbnail of a file, or the icon of its kind. The thumbnail loads when the row comes near the viewport. */
export function Thumbnail({ attachment }: { attachment: Attachment }) {
  const [url, setUrl] = useState(() => loadedThumbnail(attachment.id));
  const { place } = useThumbnail<HTMLSpanElement>(attachment, setUrl);
  return (
    <span ref={place} className="size-10 shrink-0">
      {url === undefined ? (
        <FileIcon {...attachment} />
      ) : (
        <img
          src={url}
          crossOrigin="anonymous"
          alt=""
          width={40}
          height={40}
          className="-outline-offset-1 size-10 rounded-small bg-sunken object-cover outline-1 outline-line"
        />
      )}
    </span>
  );
}

/**
 * Loads the thumbnail of a file when the element in `place` comes near the viewport, and calls `onLoad` with the URL of the thumbnail.
 * `isMissing` says that the thumbnail cannot be loaded now.
 */
export function useThumbnail<Place extends HTMLElement>(attachment: Attachment, onLoad: (url: string) => void) {
  const [isMissing, setMissing] = useState(false);
  const place = useRef<Place>(null);
  const isWanted = attachment.state === "ready" && hasThumbnail(attachment);
  const load = useEffectEvent(async () => {
    const url = await thumbnailUrl(attachment);
    if (url === undefined) setMissing(true);
    else onLoad(url);
  });
  useEffect(() => {
    if (!isWanted || place.current === null) return undefined;
    // All tiles of a block load together, because the observation of a thousand tiles would take time in each frame.
    return whenNear(place.current.closest(".picture-block") ?? place.current, () => void load());
  }, [isWanted]);
  return { place, isMissing };
}

// The icon library has no icon for PDFs, so the icon is this text.
const PDF = "PDF";

const icons: Record<Exclude<FileKind, "pdf">, LucideIcon> = {
  image: FileImage,
  video: FilePlay,
  audio: FileMusic,
  text: FileText,
  table: FileSpreadsheet,
  archive: FileArchive,
  code: FileCode,
  other: File,
};

/** The icon of a file's kind, 40 px wide. */
export function FileIcon(file: { filename: string; contentType: string }) {
  const kind = kindOfFile(file);
  const Icon = kind === "pdf" ? undefined : icons[kind];
  return (
    <span
      aria-hidden="true"
      className="inline-flex size-10 shrink-0 items-center justify-center rounded-small bg-sunken transition-colors group-hover:bg-canvas"
    >
      {Icon === undefined ? (
        <b className="font-semibold text-muted text-small">{PDF}</b>
      ) : (
        <Icon size={20} strokeWidth={1.5} className="text-muted" />
      )}
    </span>
  );
}
