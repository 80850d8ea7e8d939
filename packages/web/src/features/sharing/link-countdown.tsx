import { Ring } from "../../components/ring.tsx";
import { formatDuration, formatSpan, texts } from "../../texts/index.ts";

const words = texts.sharing.link;

type LinkCountdownProps = {
  /** Seconds. 0: expired. */
  left: number;
  /** The whole lifetime in seconds. */
  lifetime: number;
  /** Undefined: not copied yet. */
  isCopied: boolean | undefined;
  /** Whether it was copied a second time. */
  isAgain: boolean;
};

/** The remaining lifetime of a link as a ring and a countdown. Screen readers announce its start, the last sixth and its expiry. */
export function LinkCountdown({ left, lifetime, isCopied, isAgain }: LinkCountdownProps) {
  const isExpiring = left > 0 && left < lifetime / 6;
  return (
    <div className="flex min-w-0 grow items-center gap-3">
      <Ring left={left / lifetime} />
      <div className="min-w-0 grow">
        {left > 0 ? (
          <p role="timer" className={isExpiring ? "font-medium text-warning tabular-nums" : "font-medium tabular-nums"}>
            {words.endsIn(formatDuration(left))}
          </p>
        ) : (
          <p className="font-medium">{words.over}</p>
        )}
        {left > 0 && isCopied !== undefined && (
          <p className="text-muted text-small">{isCopied ? words.copied : words.byHand}</p>
        )}
      </div>
      <p role="status" className="sr-only">
        {announcementOf({ left, lifetime, isCopied, isAgain })}
      </p>
    </div>
  );
}

/** Changes three times in the lifetime of a link, not every second. */
function announcementOf({ left, lifetime, isCopied, isAgain }: LinkCountdownProps): string {
  if (left === 0) return words.over;
  if (left < lifetime / 6) return words.ending(formatSpan(Math.max(1, Math.floor(lifetime / 6))));
  if (isCopied === undefined) return "";
  if (isAgain) return isCopied ? words.copied : words.byHand;
  return isCopied ? words.started(formatSpan(lifetime)) : `${words.startedOnly(formatSpan(lifetime))} ${words.byHand}`;
}
