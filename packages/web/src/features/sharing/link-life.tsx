import { Ring } from "../../components/ring.tsx";
import { formatDuration, formatSpan, texts } from "../../texts/index.ts";

const words = texts.sharing.link;

type LinkLifeProps = {
  /** Seconds; 0: it is over. */
  left: number;
  /** How long it had in all, in seconds. */
  span: number;
  /** Undefined: not tried yet. */
  isCopied: boolean | undefined;
  /** It was copied before. */
  isAgain: boolean;
};

/** What is left of a link: the ring and the count, and for screen readers its start, that it is about to end, and its end. */
export function LinkLife({ left, span, isCopied, isAgain }: LinkLifeProps) {
  const isEnding = left > 0 && left < span / 6;
  return (
    <div className="flex min-w-0 grow items-center gap-3">
      <Ring left={left / span} size={36} />
      <div className="min-w-0 grow">
        {left > 0 ? (
          <p role="timer" className={isEnding ? "font-medium text-warning tabular-nums" : "font-medium tabular-nums"}>
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
        {said({ left, span, isEnding, isCopied, isAgain })}
      </p>
    </div>
  );
}

/** It changes three times in the life of a link, and not with each second. */
function said({ left, span, isEnding, isCopied, isAgain }: LinkLifeProps & { isEnding: boolean }): string {
  if (left === 0) return words.over;
  if (isEnding) return words.ending(formatSpan(Math.max(1, Math.floor(span / 6))));
  if (isCopied === undefined) return "";
  if (isAgain) return isCopied ? words.copied : words.byHand;
  return isCopied ? words.started(formatSpan(span)) : `${words.startedOnly(formatSpan(span))} ${words.byHand}`;
}
