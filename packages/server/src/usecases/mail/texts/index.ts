import { type Language, USUAL_LANGUAGE } from "../../../domain/language.ts";
import { german } from "./de.ts";
import { english, type MailTexts } from "./en.ts";

const texts: Record<Language, MailTexts> = { en: english, de: german };

/** Returns the texts of mails to a reader of this language. Undefined: the language is unknown. */
export function mailTexts(language: Language | undefined = USUAL_LANGUAGE): MailTexts {
  return texts[language];
}
