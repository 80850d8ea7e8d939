import { chooseLanguage, LANGUAGES, otherLanguages } from "../../texts/choose-language.ts";
import { h } from "../dom.ts";

/** Offers the other languages by their own names, below the ticket. */
export function languageLine(): HTMLElement {
  const links = otherLanguages.map((language) =>
    h(
      "button",
      {
        type: "button",
        lang: language,
        class: "cursor-pointer px-2 py-1 underline underline-offset-2",
        onclick: () => chooseLanguage(language),
      },
      LANGUAGES[language],
    ),
  );
  return h("p", { class: "mt-6 flex gap-4 text-small text-muted" }, ...links);
}
