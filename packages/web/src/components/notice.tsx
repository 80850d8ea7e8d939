import type { ReactNode } from "react";

/** Something to know before going on, in a line; nothing has failed. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="rounded-card bg-warning-soft px-3 py-2 text-small text-warning">
      {children}
    </p>
  );
}
