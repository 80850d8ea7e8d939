import { clsx } from "clsx";
import type { ReactNode } from "react";

type TicketProps = { children: ReactNode; stub: ReactNode; isExpired?: boolean };

/** A claim ticket with a stub below the perforation. Its notches have the background of a dialog or card. */
export function Ticket({ children, stub, isExpired = false }: TicketProps) {
  return (
    <section
      className={clsx(
        "rounded-card border border-ticket-edge transition-colors",
        isExpired ? "bg-sunken text-muted" : "bg-ticket",
      )}
    >
      <div className="p-4 pb-5">{children}</div>
      <div aria-hidden="true" className="relative mx-4 border-ticket-edge border-t-2 border-dashed">
        <Notch className="-left-[17px] rounded-r-full border-l-0" />
        <Notch className="-right-[17px] rounded-l-full border-r-0" />
      </div>
      <div className="p-4 pt-5">{stub}</div>
    </section>
  );
}

/** A half disc that covers the edge of the ticket. */
function Notch({ className }: { className: string }) {
  return <span className={clsx("absolute -top-[11px] h-5 w-2.5 border border-ticket-edge bg-surface", className)} />;
}
