import { clsx } from "clsx";

const RADIUS = 8;
const LENGTH = 2 * Math.PI * RADIUS;

type RingProps = {
  /** The remaining share, from 1 to 0. */
  left: number;
  size?: number;
  className?: string;
};

/** A thin ring that shows the remaining lifetime. Amber in the last sixth. */
export function Ring({ left, size = 20, className }: RingProps) {
  const share = Math.min(1, Math.max(0, left));
  const colour = share === 0 ? "text-muted" : share < 1 / 6 ? "text-warning" : "text-accent";
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
      className={clsx("-rotate-90 shrink-0 transition-colors", colour, className)}
    >
      <circle cx="10" cy="10" r={RADIUS} fill="none" strokeWidth="1.75" className="stroke-line" />
      <circle
        cx="10"
        cy="10"
        r={RADIUS}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeDasharray={LENGTH}
        strokeDashoffset={LENGTH * (1 - share)}
        strokeLinecap={share === 0 ? "butt" : "round"}
        // The value changes once a second. The transition makes that smooth.
        className="transition-[stroke-dashoffset] duration-1000 ease-linear"
      />
    </svg>
  );
}
