import type { Attachment } from "@valetkey/client";
import { useFileUrl } from "@valetkey/react";
import { clsx } from "clsx";
import { Maximize2, Minimize2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/icon-button.tsx";
import { Skeleton } from "../../components/states.tsx";
import { previewTexts } from "../../texts/en/preview.ts";
import { failureOf, PreviewFailureView } from "./preview-failure.tsx";

export function ImageFile({ file }: { file: Attachment }) {
  const { src, error, onError, retry } = useFileUrl(file.id);
  if (error !== undefined) return <PreviewFailureView file={file} failure={failureOf(error)} onRetry={retry} />;
  return <ImageFrame src={src} alt={file.filename} onError={onError} />;
}

type FrameProps = { src: string | undefined; alt: string; onError: () => void };

/** Fits the image into the dialog, or shows it in its actual size. A checkered background shows transparency. */
export function ImageFrame({ src, alt, onError }: FrameProps) {
  const [view, setView] = useState<"loading" | "small" | "fitted" | "actual-size">("loading");
  const isActualSize = view === "actual-size";
  const Icon = isActualSize ? Minimize2 : Maximize2;
  return (
    <>
      <div className={clsx("flex size-full p-2 md:px-16 md:py-4", isActualSize && "overflow-auto")}>
        {view === "loading" && <Skeleton className="absolute inset-1/4 bg-line!" />}
        {src !== undefined && (
          <img
            src={src}
            alt={alt}
            draggable={false}
            className={clsx(
              "m-auto select-none",
              view === "loading" ? "invisible" : "checkered",
              isActualSize ? "max-w-none" : "max-h-full max-w-full object-contain",
            )}
            onLoad={({ currentTarget: { naturalWidth, clientWidth } }) =>
              setView(naturalWidth > clientWidth ? "fitted" : "small")
            }
            onError={onError}
          />
        )}
      </div>
      {(isActualSize || view === "fitted") && (
        <IconButton
          label={isActualSize ? previewTexts.fit : previewTexts.ownSize}
          className="tooltip-left absolute right-3 bottom-3 border bg-surface text-ink"
          onClick={() => setView(isActualSize ? "fitted" : "actual-size")}
        >
          <Icon size={16} />
        </IconButton>
      )}
    </>
  );
}
