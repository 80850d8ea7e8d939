import { useQuery } from "@tanstack/react-query";
import type { Attachment } from "@valetkey/client";
import { useFileUrl } from "@valetkey/react";
import { AudioLines } from "lucide-react";
import { type ComponentProps, useRef, useState } from "react";
import { Skeleton } from "../../components/states.tsx";
import { loadedThumbnail } from "../../service/thumbnails.ts";
import { ImageFrame } from "./image-file.tsx";
import { failureOf, fileReader, NoPreview, PreviewFailureView } from "./preview-failure.tsx";

/** The maximum size in bytes of an SVG that the page shows, because a data URL stores the bytes a second time. */
const MAX_BYTES = 2 * 2 ** 20;

/**
 * Shows an SVG in an `img` element, where the browser runs no script of the SVG and loads nothing for the SVG.
 *
 * The service does not serve SVG inline, so the page uses a data URL. If the user opens the data URL in a new tab, the new tab does not
 * have the origin of this page. With a blob URL, the new tab would have this origin.
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

/** The bytes of a file never change, so the query reads the bytes only once. The cache deletes the bytes when the dialog closes. */
export const ONCE = { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 } as const;

function toDataUrl(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([bytes], { type: "image/svg+xml" }));
  });
}

/** The last known state of the player. After an error, a media element no longer reports its state. */
type Playback = { time: number; rate: number; isPlaying: boolean };

/**
 * Plays a video or audio file in the player of the browser. If the URL expires during playback, the bucket refuses the next seek. The
 * player then continues at the same position with a new URL.
 *
 * The player does not wait for an error event, because Chromium retries a refused request about 30 times before this event.
 */
export function MediaFile({ file, kind }: { file: Attachment; kind: "video" | "audio" }) {
  const { src, error, onError, retry, isExpired } = useFileUrl(file.id);
  const playback = useRef<Playback>({ time: 0, rate: 1, isPlaying: false });
  if (error !== undefined) return <PreviewFailureView file={file} failure={failureOf(error)} onRetry={retry} />;
  if (src === undefined) return <Skeleton className="absolute inset-1/4 bg-line!" />;
  const renewIfExpired = (element: HTMLMediaElement) => {
    remember(playback.current, element);
    if (isExpired() && !hasBuffered(element)) onError();
  };
  const common = {
    src,
    controls: true,
    preload: "metadata",
    "aria-label": file.filename,
    onLoadedMetadata: ({ currentTarget }) => resume(currentTarget, playback.current),
    onSeeking: ({ currentTarget }) => renewIfExpired(currentTarget),
    onWaiting: ({ currentTarget }) => renewIfExpired(currentTarget),
    onStalled: ({ currentTarget }) => renewIfExpired(currentTarget),
    onTimeUpdate: ({ currentTarget }) => remember(playback.current, currentTarget),
    onRateChange: ({ currentTarget }) => remember(playback.current, currentTarget),
    onPlay: () => {
      playback.current.isPlaying = true;
    },
    onPause: ({ currentTarget }) => {
      if (isIntact(currentTarget)) playback.current.isPlaying = false;
    },
    onError,
  } satisfies ComponentProps<"video"> & ComponentProps<"audio">;
  if (kind === "video") {
    return (
      <div className="flex size-full items-center justify-center md:px-16 md:py-4">
        <video {...common} poster={loadedThumbnail(file.id)} playsInline className="max-h-full max-w-full" />
      </div>
    );
  }
  return (
    <div className="flex size-full flex-col items-center justify-center gap-8 px-4 text-muted md:px-16">
      <AudioLines size={48} strokeWidth={1.25} aria-hidden="true" />
      <audio {...common} className="w-full max-w-xl" />
    </div>
  );
}

/**
 * Returns whether the element still has the state that the user has chosen. While a new URL loads, and after an error, the element has
 * another state.
 */
function isIntact(element: HTMLMediaElement): boolean {
  return element.error === null && element.readyState >= HTMLMediaElement.HAVE_METADATA;
}

/** Returns whether the next second of the file is buffered. The player then requests more bytes in time. */
function hasBuffered({ buffered, currentTime, duration }: HTMLMediaElement): boolean {
  const until = Math.min(currentTime + 1, duration);
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime && buffered.end(index) >= until) return true;
  }
  return false;
}

function remember(playback: Playback, element: HTMLMediaElement): void {
  if (!isIntact(element)) return;
  playback.time = element.currentTime;
  playback.rate = element.playbackRate;
}

/** Restores the state of the player, because a new URL resets everything except the volume. */
function resume(element: HTMLMediaElement, { time, rate, isPlaying }: Playback): void {
  if (time > 0) element.currentTime = time;
  element.playbackRate = rate;
  // A browser may refuse to play without a click. The player then waits at the same position.
  if (isPlaying) element.play().catch(() => undefined);
}
