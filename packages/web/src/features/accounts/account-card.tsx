import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { BrandMark } from "../../components/brand-mark.tsx";
import { chooseLanguage, LANGUAGES, otherLanguages } from "../../texts/choose-language.ts";

type AccountCardProps = { title: string; hint?: string | undefined; children: ReactNode };

export function AccountCard({ title, hint, children }: AccountCardProps) {
  return (
    <main className="grid min-h-full place-items-center px-4 py-12">
      <div className="w-full max-w-90">
        <header className="mb-6 flex flex-col items-center gap-3 text-center">
          <BrandMark />
          <h1 className="text-title">{title}</h1>
          {hint !== undefined && <p className="text-balance text-muted text-small">{hint}</p>}
        </header>
        {children}
        <LanguageLinks />
      </div>
    </main>
  );
}

type OtherPageLinkProps = { question?: string; action: string; page: "/sign-in" | "/sign-up"; to: string };

export function OtherPageLink({ question, action, page, to }: OtherPageLinkProps) {
  return (
    <p className="mt-6 text-center text-muted text-small">
      {question}{" "}
      <Link to={page} search={to === "/" ? {} : { to }} className="text-accent underline">
        {action}
      </Link>
    </p>
  );
}

/** Offers the other languages by their own names, on pages without settings. */
function LanguageLinks() {
  return (
    <p className="mt-8 flex justify-center gap-4">
      {otherLanguages.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          onClick={() => chooseLanguage(language)}
          className="px-2 py-1 text-muted text-small underline hover:text-ink"
        >
          {LANGUAGES[language]}
        </button>
      ))}
    </p>
  );
}
