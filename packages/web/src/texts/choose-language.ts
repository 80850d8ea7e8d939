import { language } from "./en/language.ts";

/** The languages of the app, each with its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** The cookie that tells the server in which language to send the page. */
const COOKIE = "valetkey.language";
const YEAR_SECONDS = 31_536_000;

export const otherLanguages = (Object.keys(LANGUAGES) as Language[]).filter((each) => each !== language.code);

/** Returns the language that the user has chosen, or undefined if the browser decides. */
export function chosenLanguage(): Language | undefined {
  const cookies = document.cookie.split("; ");
  const languages = Object.keys(LANGUAGES) as Language[];
  return languages.find((each) => cookies.includes(`${COOKIE}=${each}`));
}

/**
 * Stores the chosen language in this browser, and loads the page again in this language. If the language is undefined, the browser decides.
 */
export function chooseLanguage(chosen: Language | undefined): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  const maxAge = chosen === undefined ? 0 : YEAR_SECONDS;
  // biome-ignore lint/suspicious/noDocumentCookie: not every supported browser has the Cookie Store API
  document.cookie = `${COOKIE}=${chosen ?? ""}; path=/; max-age=${maxAge}; samesite=lax${secure}`;
  location.reload();
}
