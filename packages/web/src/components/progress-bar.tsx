type ProgressBarProps = {
  /** The names of the bar and of its progress, for screen readers. */
  label: string;
  text: string;
  /** From 0 to 1. */
  share: number;
};

/** A thin bar for the progress of a transfer. */
export function ProgressBar({ label, text, share }: ProgressBarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}
      aria-valuetext={text}
      className="h-1.5 grow overflow-hidden rounded-full bg-line"
    >
      <div className="size-full origin-left bg-accent" style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
