import { plainPage } from "../../platform/http/pages.ts";
import type { Language } from "../../platform/text/language.ts";
import type { Unsubscribe } from "./preferences.ts";

type Mails = Record<Unsubscribe["topic"], string>;

const english = {
  title: "Mails from Valet Key",
  invalid: "This link can't be used",
  incomplete: "This link is not complete. Copy the whole link from the mail.",
  question: "Turn off these mails?",
  action: "Turn off",
  done: "Done",
  mails: {
    shares: "Mails about notes and files that are shared with you",
    expiry: "Mails about shares that end soon",
    links: "Mails about your links",
    files: "Mails about files that you receive",
    requests: "Mails about requests for access to your notes",
    digest: "The daily digest",
  } as Mails,
  off: "You get these mails no more. With an account, you can turn them on again in the settings.",
};

const german: typeof english = {
  title: "E-Mails von Valet Key",
  invalid: "Dieser Link funktioniert nicht",
  incomplete: "Dieser Link ist nicht vollständig. Kopieren Sie den ganzen Link aus der E-Mail.",
  question: "Diese E-Mails abbestellen?",
  action: "Abbestellen",
  done: "Erledigt",
  mails: {
    shares: "E-Mails über Notizen und Dateien, die für Sie freigegeben werden",
    expiry: "E-Mails über Freigaben, die bald enden",
    links: "E-Mails über Ihre Links",
    files: "E-Mails über Dateien, die Sie erhalten",
    requests: "E-Mails über Bitten um Zugriff auf Ihre Notizen",
    digest: "Die Tagesübersicht",
  },
  off: "Sie erhalten diese E-Mails nicht mehr. Mit einem Konto können Sie sie in den Einstellungen wieder einschalten.",
};

const unsubscribeTexts: Record<Language, typeof english> = { en: english, de: german };

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
