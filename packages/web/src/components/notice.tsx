import type { ReactNode } from "react";

/** A hint in one line that is not an error. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="rounded-card bg-warning-soft px-3 py-2 text-small text-warning">
      {children}
    </p>
  );
}
