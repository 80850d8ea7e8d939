import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { useState } from "react";
import { readRange } from "./live-url.ts";
import { NoPreview } from "./no-preview.tsx";
import { PictureFrame } from "./picture.tsx";
import { TroubleView } from "./trouble.tsx";

/** A larger drawing is not worth the memory that it takes twice. Bytes. */
const MAX_BYTES = 2 * 2 ** 20;

/**
 * An SVG, in an `img` only: there a browser runs no script of it and loads nothing for it. The service never lets an SVG be shown from its
 * own address, so the bytes come as data, which, opened on their own, belong to nobody's origin, as a blob of this page would not.
 */
export function Drawing({ file }: { file: Attachment }) {
  const isSmall = file.sizeBytes <= MAX_BYTES;
  const [isBroken, setBroken] = useState(false);
  const drawing = useQuery({
    queryKey: ["file-drawing", file.id],
    queryFn: async ({ signal }) => toDataUrl(await readRange(file.id, { from: 0, to: file.sizeBytes, signal })),
    enabled: isSmall,
    ...ONCE,
  });
  if (!isSmall) return <NoPreview file={file} />;
  if (drawing.isError || isBroken) {
    const onRetry = () => {
      setBroken(false);
      void drawing.refetch();
    };
    return <TroubleView {...{ file, onRetry }} trouble={isBroken ? "unshowable" : { error: drawing.error }} />;
  }
  return <PictureFrame src={drawing.data} alt={file.filename} onError={() => setBroken(true)} />;
}

/** What was read stays as it is, the bytes of a file never change, and goes with the dialog. */
export const ONCE = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 } as const;

function toDataUrl(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([bytes], { type: "image/svg+xml" }));
  });
}
