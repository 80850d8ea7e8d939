import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { Maximize2, Minimize2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/icon-button.tsx";
import { Skeleton } from "../../components/states.tsx";
import { texts } from "../../texts/index.ts";
import { PreviewFailureView } from "./preview-failure.tsx";
import { useFileUrl } from "./use-file-url.ts";

export function ImageFile({ file }: { file: Attachment }) {
  const { url, failure, onBroken, onWorking, onRetry } = useFileUrl(file.id);
  if (failure !== undefined) return <PreviewFailureView file={file} failure={failure} onRetry={onRetry} />;
  return <ImageFrame src={url} alt={file.filename} onLoad={onWorking} onError={() => onBroken()} />;
}

type FrameProps = { src: string | undefined; alt: string; onLoad?: () => void; onError: () => void };

/** Fits the image into the dialog, or shows it in its actual size. A checkered background shows transparency. */
export function ImageFrame({ src, alt, onLoad, onError }: FrameProps) {
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
            onLoad={({ currentTarget: { naturalWidth, clientWidth } }) => {
              setView(naturalWidth > clientWidth ? "fitted" : "small");
              onLoad?.();
            }}
            onError={onError}
          />
        )}
      </div>
      {(isActualSize || view === "fitted") && (
        <IconButton
          label={isActualSize ? texts.preview.fit : texts.preview.ownSize}
          className="tooltip-left absolute right-3 bottom-3 border bg-surface text-ink"
          onClick={() => setView(isActualSize ? "fitted" : "actual-size")}
        >
          <Icon size={16} />
        </IconButton>
      )}
    </>
  );
}
