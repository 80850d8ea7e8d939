import { clsx } from "clsx";
import type { ReactNode } from "react";

type TicketProps = {
  children: ReactNode;
  stub: ReactNode;
  isExpired?: boolean;
  /** The background around the ticket. The notches have the same background. */
  on?: "surface" | "canvas";
};

/** A card that looks like a paper claim ticket, with a stub below the perforation. */
export function Ticket({ children, stub, isExpired = false, on = "surface" }: TicketProps) {
  const ground = on === "surface" ? "bg-surface" : "bg-canvas";
  return (
    <section
      className={clsx(
        "rounded-card border border-ticket-edge transition-colors",
        isExpired ? "bg-sunken text-muted" : "bg-ticket",
      )}
    >
      <div className="p-4 pb-5">{children}</div>
      <div aria-hidden="true" className="relative mx-4 border-ticket-edge border-t-2 border-dashed">
        <Notch className={clsx(ground, "-left-[17px] rounded-r-full border-l-0")} />
        <Notch className={clsx(ground, "-right-[17px] rounded-l-full border-r-0")} />
      </div>
      <div className="p-4 pt-5">{stub}</div>
    </section>
  );
}

/** A half disc that looks like a notch in the edge of the ticket. */
function Notch({ className }: { className: string }) {
  return <span className={clsx("absolute -top-[11px] h-5 w-2.5 border border-ticket-edge", className)} />;
}
