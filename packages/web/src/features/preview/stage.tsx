import type { Attachment } from "@valetkey/client";
import { FileX2 } from "lucide-react";
import { Empty, Skeleton } from "../../components/states.tsx";
import { useCode } from "../../service/code.ts";
import { texts } from "../../texts/index.ts";
import { Drawing } from "./drawing.tsx";
import { kindOf } from "./kind.ts";
import { Media } from "./media.tsx";
import { NoPreview } from "./no-preview.tsx";
import { Picture } from "./picture.tsx";
import { TextFile } from "./text-file.tsx";
import { TroubleView } from "./trouble.tsx";

/** The file itself. Only this one: each address of a file is an event in the note's activity, so the neighbours' are not asked for ahead. */
export function Stage({ file }: { file: Attachment | undefined }) {
  if (file === undefined) {
    const { title, hint } = texts.preview.gone;
    return (
      <Empty className="h-full justify-center" icon={<FileX2 size={28} strokeWidth={1.5} />} {...{ title, hint }} />
    );
  }
  const kind = kindOf(file);
  if (kind === "image") return <Picture file={file} />;
  if (kind === "drawing") return <Drawing file={file} />;
  if (kind === "video" || kind === "audio") return <Media file={file} kind={kind} />;
  if (kind === "pdf") return <Pdf file={file} />;
  if (kind === "text") return <TextFile file={file} />;
  return <NoPreview file={file} />;
}

/** A PDF takes as much code as the rest of the app together: it is fetched here, and what goes wrong with that said as of the file. */
function Pdf({ file }: { file: Attachment }) {
  const code = useCode("pdf", loadPdf);
  if (code.isError) {
    return <TroubleView file={file} trouble={{ error: code.error }} onRetry={() => void code.refetch()} />;
  }
  if (code.data === undefined) return <Skeleton className="absolute inset-x-1/4 inset-y-4 bg-line!" />;
  return <code.data.PdfFile file={file} />;
}

const loadPdf = () => import("./pdf/pdf-file.tsx");
