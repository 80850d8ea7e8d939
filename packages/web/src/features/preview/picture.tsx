import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { Maximize2, Minimize2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { IconButton } from "../../components/icon-button.tsx";
import { Skeleton } from "../../components/states.tsx";
import { texts } from "../../texts/index.ts";
import { TroubleView } from "./trouble.tsx";
import { useFileUrl } from "./use-file-url.ts";

/** A picture, as large as it fits, or in its own size. */
export function Picture({ file }: { file: Attachment }) {
  const { url, trouble, onBroken, onWorking, onRetry } = useFileUrl(file.id);
  const [isLoaded, setLoaded] = useState(false);
  if (trouble !== undefined) return <TroubleView {...{ file, trouble, onRetry }} />;
  return (
    <PictureFrame isLoaded={isLoaded}>
      {(className) =>
        url !== undefined && (
          <img
            src={url}
            alt={file.filename}
            draggable={false}
            className={className}
            onLoad={() => {
              setLoaded(true);
              onWorking();
            }}
            onError={() => onBroken()}
          />
        )
      }
    </PictureFrame>
  );
}

type FrameProps = { isLoaded: boolean; children: (className: string) => ReactNode };

/** The place of a picture. Behind what is see-through lies a pattern on which both black and white are seen. */
export function PictureFrame({ isLoaded, children }: FrameProps) {
  const [isLarge, setLarge] = useState(false);
  const Icon = isLarge ? Minimize2 : Maximize2;
  return (
    <>
      <div className={clsx("flex size-full p-2 md:px-16 md:py-4", isLarge && "overflow-auto")}>
        {!isLoaded && <Skeleton className="absolute inset-1/4" />}
        {children(
          clsx(
            "m-auto select-none",
            isLoaded ? "checkered" : "invisible",
            isLarge ? "max-w-none" : "max-h-full max-w-full object-contain",
          ),
        )}
      </div>
      {isLoaded && (
        <IconButton
          label={isLarge ? texts.preview.fit : texts.preview.ownSize}
          className="tooltip-left absolute right-3 bottom-3 border bg-surface text-ink"
          onClick={() => setLarge(!isLarge)}
        >
          <Icon size={16} />
        </IconButton>
      )}
    </>
  );
}
