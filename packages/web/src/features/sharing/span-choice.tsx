import { useId } from "react";
import { formatSpan, texts } from "../../texts/index.ts";

const SPANS = [60, 600, 3600, 12 * 3600];

/** The spans that the service allows, in seconds; where it allows none of the usual ones, the longest that it does. */
export function spansUpTo(longest: number): number[] {
  const allowed = SPANS.filter((seconds) => seconds <= longest);
  return allowed.length === 0 ? [longest] : allowed;
}

type SpanChoiceProps = { spans: number[]; value: number; onChange: (seconds: number) => void };

/** How long a link is to work: all choices side by side. */
export function SpanChoice({ spans, value, onChange }: SpanChoiceProps) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1 font-medium text-small">{texts.sharing.link.lasts}</legend>
      <div className="flex rounded-card border border-line-strong bg-surface">
        {spans.map((seconds) => (
          <label
            key={seconds}
            className="flex h-11 grow cursor-pointer items-center justify-center rounded-small px-1 text-center text-small transition-colors hover:bg-hover has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent md:h-8"
          >
            <input
              type="radio"
              name={name}
              value={seconds}
              checked={seconds === value}
              onChange={() => onChange(seconds)}
              className="sr-only"
            />
            {formatSpan(seconds)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
