import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { useState } from "react";
import { fileReader } from "./file-reader.ts";
import { ImageFrame } from "./image-file.tsx";
import { NoPreview, PreviewFailureView } from "./preview-failure.tsx";

/** The size of the largest SVG that the page shows. There is a limit, because a data URL stores the bytes a second time. Bytes. */
const MAX_BYTES = 2 * 2 ** 20;

/**
 * Shows an SVG in an `img`. In an `img`, the browser runs no script of the SVG, and loads nothing that the SVG refers to. The service does
 * not serve SVG inline, so the page uses a data URL. A data URL that the user opens in a new tab does not have the origin of this page. A
 * blob URL would have this origin.
 */
export function SvgFile({ file }: { file: Attachment }) {
  const isSmall = file.sizeBytes <= MAX_BYTES;
  const [isBroken, setBroken] = useState(false);
  const dataUrl = useQuery({
    queryKey: ["file-svg", file.id],
    queryFn: async ({ signal }) => toDataUrl(await fileReader(file.id)({ from: 0, to: file.sizeBytes, signal })),
    enabled: isSmall,
    ...ONCE,
  });
  if (!isSmall) return <NoPreview file={file} />;
  if (dataUrl.isError || isBroken) {
    const onRetry = () => {
      setBroken(false);
      void dataUrl.refetch();
    };
    return (
      <PreviewFailureView file={file} failure={isBroken ? "unshowable" : { error: dataUrl.error }} onRetry={onRetry} />
    );
  }
  return <ImageFrame src={dataUrl.data} alt={file.filename} onError={() => setBroken(true)} />;
}

/** The bytes of a file never change, so the query reads them only once. The cache deletes the bytes when the dialog closes. */
export const ONCE = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 } as const;

function toDataUrl(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([bytes], { type: "image/svg+xml" }));
  });
}
