import type { IncomingHttpHeaders } from "node:http";
import { type Language, languages, USUAL_LANGUAGE } from "../database/unions.ts";

const OUR_LANGUAGES: ReadonlySet<string> = new Set(languages);
/** The cookie that the web app writes when a person chooses a language (texts/choose-language.ts of the web app). */
const LANGUAGE_COOKIE = /(?:^|; *)valetkey\.language=([a-z]{2})(?:;|$)/;

type LanguageHeaders = Pick<IncomingHttpHeaders, "cookie" | "accept-language">;

/** Returns the language that a person has chosen, or else the browser's most preferred language in `languages`. */
export function pageLanguage(headers: LanguageHeaders, languages: ReadonlySet<string>): string {
  const chosen = LANGUAGE_COOKIE.exec(headers.cookie ?? "")?.[1];
  const wanted = [...(chosen === undefined ? [] : [chosen]), ...preferred(headers["accept-language"] ?? "")];
  return wanted.find((language) => languages.has(language)) ?? USUAL_LANGUAGE;
}

/** Returns the language of pages and mails for a reader. Returns undefined if the request names no language. */
export function readerLanguage(headers: LanguageHeaders): Language | undefined {
  if (headers["accept-language"] === undefined && !LANGUAGE_COOKIE.test(headers.cookie ?? "")) return undefined;
  return pageLanguage(headers, OUR_LANGUAGES) as Language;
}

/** Returns the languages of an Accept-Language header without regions, by preference (RFC 9110, 12.5.4). */
function preferred(header: string): string[] {
  const items = header.split(",").map((item) => {
    const [range = "", ...parameters] = item.trim().toLowerCase().split(/ *; */);
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    return { language: range.split("-", 1)[0] ?? "", weight: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  // A language whose weight is not a number is ignored.
  return items
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ language }) => language);
}
