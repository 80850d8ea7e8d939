import type { Attachment } from "@valetkey/client";
import { AudioLines } from "lucide-react";
import { type ComponentProps, useRef } from "react";
import { Skeleton } from "../../components/states.tsx";
import { isExpired } from "./file-url.ts";
import { PreviewFailureView } from "./preview-failure.tsx";
import { useFileUrl } from "./use-file-url.ts";

/** The last known state of the player. An element that has failed no longer reports it. */
type Playback = { time: number; rate: number; isPlaying: boolean };

const NETWORK_ERROR = 2; // MediaError.MEDIA_ERR_NETWORK

/**
 * Plays a video or audio file in the player of the browser. The URL may expire before the file ends, and the bucket refuses the next seek.
 * The player then continues at the same position with a new URL. It does not wait for an error event, because Chromium retries a refused
 * request about 30 times first.
 */
export function MediaFile({ file, kind }: { file: Attachment; kind: "video" | "audio" }) {
  const { url, failure, onBroken, onWorking, onRetry } = useFileUrl(file.id);
  const playback = useRef<Playback>({ time: 0, rate: 1, isPlaying: false });
  if (failure !== undefined) return <PreviewFailureView file={file} failure={failure} onRetry={onRetry} />;
  if (url === undefined) return <Skeleton className="absolute inset-1/4 bg-line!" />;
  const renewIfExpired = (element: HTMLMediaElement) => {
    remember(playback.current, element);
    if (isExpired(file.id, url) && !hasBuffered(element)) onBroken();
  };
  const common = {
    src: url,
    controls: true,
    preload: "metadata",
    "aria-label": file.filename,
    onLoadedMetadata: ({ currentTarget }) => resume(currentTarget, playback.current),
    onCanPlay: onWorking,
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
    onError: ({ currentTarget: { error } }) => onBroken({ isNetworkError: error?.code === NETWORK_ERROR }),
  } satisfies ComponentProps<"video"> & ComponentProps<"audio">;
  if (kind === "video") {
    return (
      <div className="flex size-full items-center justify-center md:px-16 md:py-4">
        <video {...common} playsInline className="max-h-full max-w-full" />
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

/** While a new URL loads, and after an error, the state of the element is not the one that the user has chosen. */
function isIntact(element: HTMLMediaElement): boolean {
  return element.error === null && element.readyState >= HTMLMediaElement.HAVE_METADATA;
}

/** Whether the next second is buffered. The player requests more in time. */
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

/** A new URL resets the player, except for its volume. */
function resume(element: HTMLMediaElement, { time, rate, isPlaying }: Playback): void {
  if (time > 0) element.currentTime = time;
  element.playbackRate = rate;
  // A browser may refuse to play without a click. The player is then ready at its position.
  if (isPlaying) element.play().catch(() => undefined);
}
