import { clsx } from "clsx";
import type { ReactNode } from "react";

/** A claim ticket: what it opens above the perforation, how long it lives below it. Over: grey. */
export function Ticket({ children, stub, isOver = false }: { children: ReactNode; stub: ReactNode; isOver?: boolean }) {
  return (
    <section
      className={clsx("relative rounded-card border bg-surface transition-opacity", isOver && "bg-sunken text-muted")}
    >
      <div className="p-4">{children}</div>
      <div aria-hidden="true" className="relative h-0 border-t border-dashed border-line-strong">
        <span className="absolute -top-2 -left-2 size-4 rounded-full border border-transparent border-r-line bg-surface" />
        <span className="absolute -top-2 -right-2 size-4 rounded-full border border-transparent border-l-line bg-surface" />
      </div>
      <div className="p-4">{stub}</div>
    </section>
  );
}
