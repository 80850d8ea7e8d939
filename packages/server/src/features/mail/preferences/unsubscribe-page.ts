import { plainPage } from "../../../platform/http/pages.ts";
import type { Language } from "../../../platform/text/language.ts";
import type { Unsubscribe } from "../unsubscribe-token.ts";
import { unsubscribeTexts } from "./unsubscribe-texts.ts";

/** The facts that the page shows. Undefined: the token in the link is not valid. */
type View = { topic: Unsubscribe["topic"]; isDone: boolean } | undefined;

/** Renders the page on which a reader turns mails off. The page needs no JavaScript and no sign-in. */
export function unsubscribePage(view: View, language: Language): string {
  return plainPage({ language, title: unsubscribeTexts[language].title, content: contentOf(view, language) });
}

function contentOf(view: View, language: Language): string {
  const words = unsubscribeTexts[language];
  if (view === undefined) return `<h1>${words.invalid}</h1>\n<p>${words.incomplete}</p>`;
  const mails = `<p>${words.mails[view.topic]}</p>`;
  if (view.isDone) return `<h1>${words.done}</h1>\n${mails}\n<p role="status">${words.off}</p>`;
  return `<h1>${words.question}</h1>\n${mails}\n<form method="post"><button>${words.action}</button></form>`;
}
