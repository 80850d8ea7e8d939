import { clsx } from "clsx";

const RADIUS = 8;
const LENGTH = 2 * Math.PI * RADIUS;

/** What is left of a life, as a thin ring that empties: 1 is whole, 0 is over. Amber in the last sixth. */
export function Ring({ left, size = 20, className }: { left: number; size?: number; className?: string }) {
  const share = Math.min(1, Math.max(0, left));
  const colour = share === 0 ? "text-muted" : share < 1 / 6 ? "text-warning" : "text-accent";
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
      className={clsx("-rotate-90 shrink-0", colour, className)}
    >
      <circle cx="10" cy="10" r={RADIUS} fill="none" strokeWidth="2" className="stroke-line" />
      <circle
        cx="10"
        cy="10"
        r={RADIUS}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray={LENGTH}
        strokeDashoffset={LENGTH * (1 - share)}
        strokeLinecap={share === 0 ? "butt" : "round"}
      />
    </svg>
  );
}
