import { type Language, USUAL_LANGUAGE } from "../../../platform/text/language.ts";
import { german } from "./de.ts";
import { english, type MailTexts } from "./en.ts";

const texts: Record<Language, MailTexts> = { en: english, de: german };

/** Returns the texts for mails in this language. If the language of the reader is unknown, returns the texts in the default language. */
export function mailTexts(language: Language | undefined = USUAL_LANGUAGE): MailTexts {
  return texts[language];
}
