import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useId } from "react";
import { brandName, keepBrand } from "../texts/brand-name.ts";
import { BrandLogo } from "./brand-logo.tsx";
import { useDocumentTitle } from "./hooks.ts";

type PageProps = {
  title: string;
  hint?: string;
  /** The back link above the title. */
  above?: ReactNode;
  className?: string;
  /** Whether the page is wide, for tables or an index. */
  isWide?: boolean;
  children: ReactNode;
};

/** A page with one column. Its title is also the title of the document. `className` sets the gap between the parts. */
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

type CardPageProps = {
  title: string;
  hint?: string | undefined;
  /** Whether the title or the hint has the name of the service. Default: false. */
  namesService?: boolean;
  children: ReactNode;
};

/** A page outside the frame of the app, in the middle of the screen. The logo and the name say whose page it is. */
export function CardPage({ title, hint, namesService = false, children }: CardPageProps) {
  return (
    <main className="grid min-h-full place-items-center px-4 py-12">
      <div className="w-full max-w-90">
        <header className="mb-6 flex flex-col items-center gap-3 text-center">
          <BrandLogo className="h-10 max-w-60 object-contain" />
          {!namesService && (
            <p dir="auto" className="break-words font-semibold">
              {brandName}
            </p>
          )}
          <h1 className="wrap-anywhere text-balance text-title">{keepBrand(title)}</h1>
          {hint !== undefined && <p className="text-balance text-muted text-small">{hint}</p>}
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

/** The content of a page beside an index. Its title is also the title of the document, unless the page is the overview. */
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

type BackLinkProps = {
  to: "/" | "/shared" | "/settings";
  search?: { q?: string };
  className?: string;
  children: ReactNode;
};

/** The link at the top of a page that returns to a list or an index. */
export function BackLink({ className, children, ...target }: BackLinkProps) {
  return (
    <Link
      {...target}
      className={clsx(
        "-ml-2 inline-flex h-11 shrink-0 items-center gap-1 self-start rounded-card px-2 text-muted hover:bg-hover",
        className,
      )}
    >
      <ArrowLeft size={18} aria-hidden="true" />
      {children}
    </Link>
  );
}

type FoldedProps = {
  title: string;
  /** Whether the content must be visible, for example because a field in the content has a problem. */
  isOpen: boolean;
  children: ReactNode;
};

/** Content that the user opens and closes with a click on its title. */
export function Folded({ title, isOpen, children }: FoldedProps) {
  return (
    <details {...(isOpen && { open: true })}>
      <summary className="min-h-11 cursor-pointer content-center font-medium text-small md:min-h-6">{title}</summary>
      <div className="mt-3 flex flex-col gap-4">{children}</div>
    </details>
  );
}
