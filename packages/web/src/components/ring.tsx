import { clsx } from "clsx";

const RADIUS = 8;
const LENGTH = 2 * Math.PI * RADIUS;

/** A thin ring that shows how much of a lifetime remains, from 1 to 0. The ring is amber in the last sixth. */
export function Ring({ left }: { left: number }) {
  const share = Math.min(1, Math.max(0, left));
  const colour = share === 0 ? "text-muted" : share < 1 / 6 ? "text-warning" : "text-accent";
  return (
    <svg
      viewBox="0 0 20 20"
      width={36}
      height={36}
      aria-hidden="true"
      className={clsx("-rotate-90 shrink-0 transition-colors", colour)}
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
        // The value changes once a second. The transition makes the change smooth.
        className="transition-[stroke-dashoffset] duration-1000 ease-linear"
      />
    </svg>
  );
}
