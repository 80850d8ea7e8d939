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
import { useEffect, useRef, useState } from "react";
import { type FileKind, kindOfFile } from "./arrange-files.ts";
import { hasThumbnail, thumbnailUrl } from "./thumbnails.ts";

/** Shows the thumbnail of a file, or an icon for its kind. The page loads the thumbnail when the row comes near the viewport. */
export function Thumbnail({ attachment }: { attachment: Attachment }) {
  const [url, setUrl] = useState<string>();
  const element = useRef<HTMLSpanElement>(null);
  const isWanted = attachment.state === "ready" && hasThumbnail(attachment);
  useEffect(() => {
    if (!isWanted || element.current === null) return;
    const fetchOnce = async (entries: IntersectionObserverEntry[]) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      setUrl(await thumbnailUrl(attachment));
    };
    const observer = new IntersectionObserver(fetchOnce, { rootMargin: "200px 0px" });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isWanted, attachment]);
  return (
    <span ref={element} className="size-10 shrink-0">
      {url === undefined ? (
        <FileIcon {...attachment} />
      ) : (
        <img
          src={url}
          alt=""
          width={40}
          height={40}
          className="-outline-offset-1 size-10 rounded-small bg-sunken object-cover outline-1 outline-line"
        />
      )}
    </span>
  );
}

// The icon library has no icon for PDFs.
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
