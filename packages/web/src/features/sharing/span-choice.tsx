import { Segmented } from "../../components/segmented.tsx";
import { formatShortSpan, texts } from "../../texts/index.ts";

const words = texts.sharing.link;
const SPANS = [60, 600, 3600, 12 * 3600];

/** The spans that the service allows, in seconds; where it allows none of the usual ones, the longest that it does. */
export function spansUpTo(longest: number): number[] {
  const allowed = SPANS.filter((seconds) => seconds <= longest);
  return allowed.length === 0 ? [longest] : allowed;
}

type SpanChoiceProps = { spans: number[]; value: number; onChange: (seconds: number) => void };

/** How long a link is to work: all choices side by side. */
export function SpanChoice({ spans, value, onChange }: SpanChoiceProps) {
  return (
    <div className="flex flex-col gap-1">
      <p aria-hidden="true" className="font-medium text-small">
        {words.lasts}
      </p>
      <Segmented
        label={words.lasts}
        value={String(value)}
        onChange={(chosen) => onChange(Number(chosen))}
        options={spans.map((seconds) => ({ value: String(seconds), label: formatShortSpan(seconds) }))}
      />
    </div>
  );
}
