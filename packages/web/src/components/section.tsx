import { type ReactNode, useId } from "react";

export function Section({ title, hint, children }: { title: string; hint?: ReactNode; children?: ReactNode }) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="flex flex-col gap-4 border-t pt-6 first-of-type:border-t-0 first-of-type:pt-0"
    >
      <header>
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        {hint !== undefined && <p className="text-pretty text-muted text-small">{hint}</p>}
      </header>
      {children}
    </section>
  );
}
