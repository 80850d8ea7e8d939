import { chooseLanguage, LANGUAGES, otherLanguages } from "../../texts/choose-language.ts";

/** Offers the other languages by their own names, on pages without settings. */
export function LanguageLinks() {
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
