import { language } from "./en/language.ts";

/** The languages of the app. Each language has its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** The server reads the cookie, and sends the page in this language. */
const COOKIE = "valetkey.language";
const YEAR_SECONDS = 31_536_000;

export const otherLanguages = (Object.keys(LANGUAGES) as Language[]).filter((each) => each !== language.code);

/** Returns the language that the user has chosen. Returns undefined if the user has left the choice to the browser. */
export function chosenLanguage(): Language | undefined {
  const cookies = document.cookie.split("; ");
  const languages = Object.keys(LANGUAGES) as Language[];
  return languages.find((each) => cookies.includes(`${COOKIE}=${each}`));
}

/**
 * Stores the chosen language in this browser, and loads the page again in this language. With undefined, the browser chooses the language.
 */
export function chooseLanguage(chosen: Language | undefined): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  const maxAge = chosen === undefined ? 0 : YEAR_SECONDS;
  // biome-ignore lint/suspicious/noDocumentCookie: not every supported browser has the Cookie Store API
  document.cookie = `${COOKIE}=${chosen ?? ""}; path=/; max-age=${maxAge}; samesite=lax${secure}`;
  location.reload();
}
