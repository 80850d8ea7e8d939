import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { Maximize2, Minimize2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../components/icon-button.tsx";
import { Skeleton } from "../../components/states.tsx";
import { texts } from "../../texts/index.ts";
import { TroubleView } from "./trouble.tsx";
import { useFileUrl } from "./use-file-url.ts";

/** A picture. */
export function Picture({ file }: { file: Attachment }) {
  const { url, trouble, onBroken, onWorking, onRetry } = useFileUrl(file.id);
  if (trouble !== undefined) return <TroubleView {...{ file, trouble, onRetry }} />;
  return <PictureFrame src={url} alt={file.filename} onLoad={onWorking} onError={() => onBroken()} />;
}

type FrameProps = { src: string | undefined; alt: string; onLoad?: () => void; onError: () => void };

/** As large as it fits, or in its own size. Behind what is see-through lies a pattern on which both black and white are seen. */
export function PictureFrame({ src, alt, onLoad, onError }: FrameProps) {
  const [shown, setShown] = useState<"not yet" | "whole" | "smaller" | "in its own size">("not yet");
  const isLarge = shown === "in its own size";
  const Icon = isLarge ? Minimize2 : Maximize2;
  return (
    <>
      <div className={clsx("flex size-full p-2 md:px-16 md:py-4", isLarge && "overflow-auto")}>
        {shown === "not yet" && <Skeleton className="absolute inset-1/4 bg-line!" />}
        {src !== undefined && (
          <img
            src={src}
            alt={alt}
            draggable={false}
            className={clsx(
              "m-auto select-none",
              shown === "not yet" ? "invisible" : "checkered",
              isLarge ? "max-w-none" : "max-h-full max-w-full object-contain",
            )}
            onLoad={({ currentTarget: { naturalWidth, clientWidth } }) => {
              setShown(naturalWidth > clientWidth ? "smaller" : "whole");
              onLoad?.();
            }}
            onError={onError}
          />
        )}
      </div>
      {(isLarge || shown === "smaller") && (
        <IconButton
          label={isLarge ? texts.preview.fit : texts.preview.ownSize}
          className="tooltip-left absolute right-3 bottom-3 border bg-surface text-ink"
          onClick={() => setShown(isLarge ? "smaller" : "in its own size")}
        >
          <Icon size={16} />
        </IconButton>
      )}
    </>
  );
}
