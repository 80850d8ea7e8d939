import type { Attachment } from "@valetkey/client";
import { type FileUrlState, useFileUrl, usePreview } from "@valetkey/react";
import { clsx } from "clsx";
import { Maximize2, Minimize2 } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { IconButton } from "../../components/button.tsx";
import { Skeleton } from "../../components/states.tsx";
import { boxOf, previewOf, type Shape } from "../../files/picture-layout.ts";
import { fetchedAhead } from "../../service/fetch-ahead.ts";
import { loadedThumbnail } from "../../service/thumbnails.ts";
import { previewTexts } from "../../texts/en/preview.ts";
import { texts } from "../../texts/index.ts";
import { failureOf, PreviewFailureView } from "./preview-failure.tsx";
import { useIsZoomed } from "./use-swipe.ts";

const words = previewTexts;

type ImageFileProps = {
  file: Attachment;
  onShown: () => void;
};

/** Shows a picture. The large preview appears first, and the original appears when the user zooms. */
export function ImageFile({ file, onShown }: ImageFileProps) {
  const large = previewOf(file, "large");
  const [isBroken, setBroken] = useState(false);
  if (large === undefined || isBroken) return <OriginalImage file={file} onShown={onShown} />;
  return <LargeImage file={file} large={large} onShown={onShown} onBroken={() => setBroken(true)} />;
}

function OriginalImage({ file, onShown }: ImageFileProps) {
  const { src, error, onError, retry } = useFileUrl(file.id);
  if (error !== undefined) return <PreviewFailureView file={file} failure={failureOf(error)} onRetry={retry} />;
  return <ImageFrame src={src} alt={file.filename} onError={onError} onLoad={onShown} />;
}

type FrameProps = { src: string | undefined; alt: string; onError: () => void; onLoad?: () => void };

/** Fits a picture into the dialog, or shows the picture in its actual size. The checkered background shows transparency. */
export function ImageFrame({ src, alt, onError, onLoad }: FrameProps) {
  const [view, setView] = useState<"loading" | "small" | "fitted" | "actual-size">("loading");
  const isActualSize = view === "actual-size";
  return (
    <>
      <ZoomFrame label={alt} isActualSize={isActualSize}>
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
      </ZoomFrame>
      {(isActualSize || view === "fitted") && (
        <ZoomButton isActualSize={isActualSize} onClick={() => setView(isActualSize ? "fitted" : "actual-size")} />
      )}
    </>
  );
}

/** The area of a picture. In the actual size, keyboard users can scroll the picture. */
function ZoomFrame({ label, isActualSize, children }: { label: string; isActualSize: boolean; children: ReactNode }) {
  return (
    // A section without a label has no role. Both sizes use the same element, so the picture stays mounted. The arrow keys scroll the area.
    <section
      aria-label={isActualSize ? label : undefined}
      tabIndex={isActualSize ? 0 : undefined}
      className={clsx(
        "flex size-full p-2 focus-visible:-outline-offset-2 md:px-16 md:py-4",
        isActualSize && "overflow-auto",
      )}
    >
      {children}
    </section>
  );
}

function ZoomButton({ isActualSize, onClick }: { isActualSize: boolean; onClick: () => void }) {
  const Icon = isActualSize ? Minimize2 : Maximize2;
  return (
    <IconButton
      label={isActualSize ? words.fit : words.ownSize}
      className="tooltip-left absolute right-3 bottom-3 border bg-surface text-ink"
      onClick={onClick}
    >
      <Icon size={16} />
    </IconButton>
  );
}

/** The maximum size in bytes of an original that the viewer loads without a zoom. */
const SMALL_ORIGINAL_BYTES = 1_000_000;
/** The delay in milliseconds before the viewer loads a small original. If the user only steps through the pictures, no original loads. */
const PAUSE_MS = 800;
/**
 * Shows the best loaded version of a picture: first the thumbnail, then the large preview, then the original. All versions have the same
 * box, so nothing moves. The uploader made the previews, so only the original certainly shows the file.
 */
function LargeImage({ file, large, onShown, onBroken }: ImageFileProps & { large: Shape; onBroken: () => void }) {
  const [wantsZoom, setWantsZoom] = useState(false);
  const [hasLarge, setHasLarge] = useState(false);
  const [original, setOriginal] = useState<string>();
  const isPinched = useIsZoomed();
  const isPaused = usePause(file.sizeBytes <= SMALL_ORIGINAL_BYTES && hasLarge);
  const preview = usePreview(file.id, "large");
  const full = useFileUrl(original !== undefined || wantsZoom || isPinched || isPaused ? file.id : undefined);
  const largeSrc = fetchedAhead(file.id) ?? preview.src;
  const isLost = preview.error !== undefined && largeSrc === undefined;
  useEffect(() => {
    if (isLost) onBroken();
  }, [isLost, onBroken]);
  const isActualSize = wantsZoom && original !== undefined;
  const src = original ?? (hasLarge ? largeSrc : undefined) ?? loadedThumbnail(file.id);
  const zoom = () => setWantsZoom(!wantsZoom);
  return (
    <>
      <ZoomFrame label={file.filename} isActualSize={isActualSize}>
        <div className={isActualSize ? "contents" : "flex size-full items-center justify-center [container-type:size]"}>
          {src === undefined ? (
            <div className="skeleton bg-line!" style={boxOf(large)} />
          ) : (
            <img
              src={src}
              // As for the tile and for `Preload`. Otherwise the browser would load each version again.
              crossOrigin="anonymous"
              alt={file.filename}
              draggable={false}
              style={isActualSize ? {} : boxOf(large)}
              className={clsx("checkered select-none", isActualSize && "m-auto max-w-none")}
            />
          )}
        </div>
      </ZoomFrame>
      {!hasLarge && largeSrc !== undefined && (
        <Preload
          src={largeSrc}
          onError={preview.onError}
          onLoad={() => {
            setHasLarge(true);
            onShown();
          }}
        />
      )}
      {original === undefined && full.src !== undefined && (
        <Preload src={full.src} onError={full.onError} onLoad={() => setOriginal(full.src)} />
      )}
      <ZoomButton isActualSize={isActualSize} onClick={zoom} />
      {(wantsZoom || isPinched) && original === undefined && <OriginalState full={full} />}
    </>
  );
}

/** Loads a version of the picture while another version is visible. */
function Preload({ src, onLoad, onError }: { src: string; onLoad: () => void; onError: () => void }) {
  return <img src={src} crossOrigin="anonymous" alt="" hidden onLoad={onLoad} onError={onError} />;
}

/** Says that the original is loading, or that the original could not be loaded. */
function OriginalState({ full: { error, retry } }: { full: FileUrlState }) {
  return (
    <p
      role="status"
      className="absolute inset-x-3 bottom-3 mx-auto flex w-fit max-w-full flex-wrap items-center gap-x-3 rounded-card border bg-surface px-3 py-2 text-small shadow-float"
    >
      {error === undefined ? words.originalLoading : words.originalFailed}
      {error !== undefined && (
        <button type="button" className="font-medium underline underline-offset-2" onClick={retry}>
          {texts.common.tryAgain}
        </button>
      )}
    </p>
  );
}

/** Returns whether the condition has been true for `PAUSE_MS`. */
function usePause(condition: boolean): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (!condition) return undefined;
    const timer = setTimeout(() => setOver(true), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [condition]);
  return isOver;
}
