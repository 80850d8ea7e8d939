import type { Attachment } from "@valetkey/client";
import { AudioLines } from "lucide-react";
import { type ComponentProps, useRef } from "react";
import { Skeleton } from "../../components/states.tsx";
import { isOver } from "./live-url.ts";
import { TroubleView } from "./trouble.tsx";
import { useFileUrl } from "./use-file-url.ts";

/** Where someone is in a film or sound, as they last saw it; an element that has broken no longer tells. */
type Place = { time: number; rate: number; isPlaying: boolean };

const LINE_BROKE = 2; // MediaError.MEDIA_ERR_NETWORK

/**
 * A film or a sound in the browser's own player. Its address ends long before a long one does, and the next seek is refused: then it goes on
 * from a new address where it was, and nobody sees more than a moment's wait. It does not wait for the player's own word: Chromium asks a
 * bucket that refuses it thirty times before it calls that an error.
 */
export function Media({ file, kind }: { file: Attachment; kind: "video" | "audio" }) {
  const { url, trouble, onBroken, onWorking, onRetry } = useFileUrl(file.id);
  const place = useRef<Place>({ time: 0, rate: 1, isPlaying: false });
  if (trouble !== undefined) return <TroubleView {...{ file, trouble, onRetry }} />;
  if (url === undefined) return <Skeleton className="absolute inset-1/4 bg-line!" />;
  const renewIfOver = (element: HTMLMediaElement) => {
    remember(place.current, element);
    if (isOver(file.id, url) && !hasBuffered(element)) onBroken();
  };
  const common = {
    src: url,
    controls: true,
    preload: "metadata",
    "aria-label": file.filename,
    onLoadedMetadata: ({ currentTarget }) => resume(currentTarget, place.current),
    onCanPlay: onWorking,
    onSeeking: ({ currentTarget }) => renewIfOver(currentTarget),
    onWaiting: ({ currentTarget }) => renewIfOver(currentTarget),
    onStalled: ({ currentTarget }) => renewIfOver(currentTarget),
    onTimeUpdate: ({ currentTarget }) => remember(place.current, currentTarget),
    onRateChange: ({ currentTarget }) => remember(place.current, currentTarget),
    onPlay: () => {
      place.current.isPlaying = true;
    },
    onPause: ({ currentTarget }) => {
      if (isIntact(currentTarget)) place.current.isPlaying = false;
    },
    onError: ({ currentTarget: { error } }) => onBroken({ isLine: error?.code === LINE_BROKE }),
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

/** While a new address is being loaded, and after the old one broke, what the element says of itself is not what someone wanted. */
function isIntact(element: HTMLMediaElement): boolean {
  return element.error === null && element.readyState >= HTMLMediaElement.HAVE_METADATA;
}

/** Whether the player has what comes next; a second of it is enough, for it asks in time. */
function hasBuffered({ buffered, currentTime, duration }: HTMLMediaElement): boolean {
  const until = Math.min(currentTime + 1, duration);
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime && buffered.end(index) >= until) return true;
  }
  return false;
}

function remember(place: Place, element: HTMLMediaElement): void {
  if (!isIntact(element)) return;
  place.time = element.currentTime;
  place.rate = element.playbackRate;
}

/** Volume and mute are the element's and stay with it; a new address resets the rest. */
function resume(element: HTMLMediaElement, { time, rate, isPlaying }: Place): void {
  if (time > 0) element.currentTime = time;
  element.playbackRate = rate;
  // Refused where the browser wants a click first: then it stands at its place, ready.
  if (isPlaying) element.play().catch(() => undefined);
}
