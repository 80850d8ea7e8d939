import { clsx } from "clsx";
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
import { type FileKind, kindOfFile } from "./file-kind.ts";

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

/** The icon of a file's kind, 40 px wide. A plain icon has no background. */
export function FileIcon({ isPlain = false, ...file }: { filename: string; contentType: string; isPlain?: boolean }) {
  const kind = kindOfFile(file);
  const Icon = kind === "pdf" ? undefined : icons[kind];
  return (
    <span
      aria-hidden="true"
      className={clsx(
        "inline-flex size-10 shrink-0 items-center justify-center rounded-small",
        !isPlain && "bg-sunken transition-colors group-hover:bg-canvas",
      )}
    >
      {Icon === undefined ? (
        <b className="font-semibold text-muted text-small">{PDF}</b>
      ) : (
        <Icon size={20} strokeWidth={1.5} className="text-muted" />
      )}
    </span>
  );
}
