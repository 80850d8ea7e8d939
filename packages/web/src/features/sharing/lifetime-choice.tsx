import { Segmented } from "../../components/segmented.tsx";
import { formatShortSpan, texts } from "../../texts/index.ts";

const words = texts.sharing.link;
const LIFETIMES = [60, 600, 3600, 12 * 3600];

/** The lifetimes that the service allows, in seconds. If it allows none of the usual ones: its longest. */
export function lifetimesUpTo(longest: number): number[] {
  const allowed = LIFETIMES.filter((seconds) => seconds <= longest);
  return allowed.length === 0 ? [longest] : allowed;
}

type LifetimeChoiceProps = { lifetimes: number[]; value: number; onChange: (seconds: number) => void };

/** Selects the lifetime of a link. */
export function LifetimeChoice({ lifetimes, value, onChange }: LifetimeChoiceProps) {
  return (
    <div className="flex flex-col gap-1">
      <p aria-hidden="true" className="font-medium text-small">
        {words.lasts}
      </p>
      <Segmented
        label={words.lasts}
        value={String(value)}
        onChange={(chosen) => onChange(Number(chosen))}
        options={lifetimes.map((seconds) => ({ value: String(seconds), label: formatShortSpan(seconds) }))}
      />
    </div>
  );
}
