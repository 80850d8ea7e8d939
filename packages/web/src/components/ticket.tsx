import { clsx } from "clsx";
import type { ReactNode } from "react";

type TicketProps = {
  /** What it opens: above the perforation. */
  children: ReactNode;
  /** How long it lives: below the perforation. */
  stub: ReactNode;
  /** Over: grey. Default: false. */
  isOver?: boolean;
};

/** A claim ticket, to lie on the ground of a dialog (the notches at its sides show that ground). */
export function Ticket({ children, stub, isOver = false }: TicketProps) {
  return (
    <section
      className={clsx(
        "rounded-card border border-ticket-edge transition-colors",
        isOver ? "bg-sunken text-muted" : "bg-ticket",
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

/** Half a disc that lies on the edge of the ticket and covers it. */
function Notch({ className }: { className: string }) {
  return <span className={clsx("absolute -top-[11px] h-5 w-2.5 border border-ticket-edge bg-surface", className)} />;
}
