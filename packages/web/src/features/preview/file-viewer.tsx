import type { Attachment } from "@valetkey/client";
import { FileX2 } from "lucide-react";
import { Empty, Skeleton } from "../../components/states.tsx";
import { previewKindOf } from "../../files/preview-kind.ts";
import { importWithRetry } from "../../service/import-with-retry.ts";
import { useCode } from "../../service/lazy-code.ts";
import { previewTexts } from "../../texts/en/preview.ts";
import { ImageFile } from "./image-file.tsx";
import { MediaFile } from "./media-file.tsx";
import { NoPreview, PreviewFailureView } from "./preview-failure.tsx";
import { SvgFile } from "./svg-file.tsx";
import { TextFile } from "./text-file.tsx";

/** Shows one file. Does not preload other files, because each URL is an event in the activity of the note. */
export function FileViewer({ file }: { file: Attachment | undefined }) {
  if (file === undefined) {
    const { title, hint } = previewTexts.gone;
    return (
      <Empty
        className="h-full justify-center"
        icon={<FileX2 size={28} strokeWidth={1.5} />}
        title={title}
        hint={hint}
      />
    );
  }
  const kind = previewKindOf(file);
  if (kind === "image") return <ImageFile file={file} />;
  if (kind === "svg") return <SvgFile file={file} />;
  if (kind === "video" || kind === "audio") return <MediaFile file={file} kind={kind} />;
  if (kind === "pdf") return <LazyPdfFile file={file} />;
  if (kind === "text") return <TextFile file={file} />;
  return <NoPreview file={file} />;
}

/**
 * Loads the code of the PDF viewer on demand, because it is as large as the rest of the app. If the load fails, shows the same message as
 * for a file that cannot be loaded.
 */
function LazyPdfFile({ file }: { file: Attachment }) {
  const code = useCode("pdf", loadPdf);
  if (code.isError) {
    return <PreviewFailureView file={file} failure={{ error: code.error }} onRetry={() => void code.refetch()} />;
  }
  if (code.data === undefined) return <Skeleton className="absolute inset-x-1/4 inset-y-4 bg-line!" />;
  return <code.data.PdfFile file={file} />;
}

const loadPdf = () => importWithRetry(() => import("./pdf/pdf-file.tsx"));
