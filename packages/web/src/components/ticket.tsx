import { clsx } from "clsx";
import type { ReactNode } from "react";

type TicketProps = {
  children: ReactNode;
  /** The part below the perforation. A ticket without a stub has no perforation. */
  stub?: ReactNode;
  isExpired?: boolean;
  /** The background around the ticket, which is also visible in the notches. */
  on?: "surface" | "canvas";
};

/** A card that looks like a paper claim ticket. */
export function Ticket({ children, stub, isExpired = false, on = "surface" }: TicketProps) {
  const ground = on === "surface" ? "bg-surface" : "bg-canvas";
  return (
    <section
      className={clsx(
        "rounded-card border border-ticket-edge transition-colors",
        isExpired ? "bg-sunken text-muted" : "bg-ticket",
      )}
    >
      <div className="p-4">{children}</div>
      {isShown(stub) && (
        <>
          <div aria-hidden="true" className="relative mx-4 border-ticket-edge border-t-2 border-dashed">
            <Notch className={clsx(ground, "-left-[17px] rounded-r-full border-l-0")} />
            <Notch className={clsx(ground, "-right-[17px] rounded-l-full border-r-0")} />
          </div>
          <div className="p-4">{stub}</div>
        </>
      )}
    </section>
  );
}

const isShown = (part: ReactNode) => part !== undefined && part !== false;

/** A half disc that looks like a notch in the edge of the ticket. */
function Notch({ className }: { className: string }) {
  return <span className={clsx("absolute -top-[11px] h-5 w-2.5 border border-ticket-edge", className)} />;
}

const RADIUS = 8;
const LENGTH = 2 * Math.PI * RADIUS;

/** A thin ring that shows the remaining part of a lifetime, from 1 to 0. In the last sixth, the ring is amber. */
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
        // The value changes once a second, and the transition makes the change smooth.
        className="transition-[stroke-dashoffset] duration-1000 ease-linear"
      />
    </svg>
  );
}
