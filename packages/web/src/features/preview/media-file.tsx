import type { Attachment } from "@valetkey/client";
import { useFileUrl } from "@valetkey/react";
import { AudioLines } from "lucide-react";
import { type ComponentProps, useRef } from "react";
import { Skeleton } from "../../components/states.tsx";
import { failureOf, PreviewFailureView } from "./preview-failure.tsx";

/** The last known state of the player. After an error, a media element no longer reports its state. */
type Playback = { time: number; rate: number; isPlaying: boolean };

/**
 * Plays a video or audio file in the player of the browser. If the URL expires before the file ends, the bucket refuses the next seek.
 * The player then continues at the same position with a new URL. The player does not wait for an error event, because Chromium retries a
 * refused request about 30 times before the event.
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

/**
 * Whether the element has the state that the user has chosen. While a new URL loads, and after an error, the element does not have this
 * state.
 */
function isIntact(element: HTMLMediaElement): boolean {
  return element.error === null && element.readyState >= HTMLMediaElement.HAVE_METADATA;
}

/** Whether the next second is buffered. If it is, the player requests more bytes in time. */
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

/** Restores the state of the player after a new URL, because a new URL resets everything except the volume. */
function resume(element: HTMLMediaElement, { time, rate, isPlaying }: Playback): void {
  if (time > 0) element.currentTime = time;
  element.playbackRate = rate;
  // A browser may refuse to play without a click. In that case, the player waits at its position.
  if (isPlaying) element.play().catch(() => undefined);
}
