import { clsx } from "clsx";
import { type ReactNode, useId } from "react";
import { useDocumentTitle } from "./hooks.ts";

type PageProps = {
  title: string;
  hint?: string;
  /** The way back, above the title. */
  above?: ReactNode;
  className?: string;
  /** Whether the page is wide, for tables and for pages with an index. */
  isWide?: boolean;
  children: ReactNode;
};

/** A page with one column. The title is also the title of the document. `className` sets the gap between the parts. */
export function Page({ title, hint, above, className = "gap-6", isWide = false, children }: PageProps) {
  useDocumentTitle(title);
  return (
    <main className="relative h-full overflow-y-auto">
      <div
        className={clsx(
          "mx-auto flex flex-col px-4 py-4 md:px-8 md:py-8",
          isWide ? "max-w-[1120px]" : "max-w-[760px]",
          className,
        )}
      >
        <header>
          {above}
          <h1 className="text-title">{title}</h1>
          {hint !== undefined && <p className="text-pretty text-muted text-small">{hint}</p>}
        </header>
        {children}
      </div>
    </main>
  );
}

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

type PagePartProps = { title: string; hint?: ReactNode; isOverview?: boolean; children: ReactNode };

/** The content of a page beside an index. The title is also the title of the document, except on the overview. */
export function PagePart({ title, hint, isOverview = false, children }: PagePartProps) {
  const id = useId();
  useDocumentTitle(isOverview ? undefined : title);
  const Title = isOverview ? "h2" : "h1";
  return (
    <section aria-labelledby={id} className="flex flex-col gap-6">
      <header>
        <Title id={id} className="text-title">
          {title}
        </Title>
        {hint !== undefined && <p className="text-pretty text-muted text-small">{hint}</p>}
      </header>
      {children}
    </section>
  );
}
