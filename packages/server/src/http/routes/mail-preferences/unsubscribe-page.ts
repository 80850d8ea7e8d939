import type { Unsubscribe } from "../../../usecases/mail/unsubscribe-token.ts";
import { plainPage } from "../../plain-page.ts";

type View = { topic: Unsubscribe["topic"]; isDone: boolean } | { problem: string };

const MAILS: Record<Unsubscribe["topic"], string> = {
  shares: "mails about notes and files that are shared with you",
  expiry: "mails about shares that end soon",
  links: "mails about your links",
  files: "mails about files that you receive",
  requests: "mails about requests for access to your notes",
  digest: "the summary of the day",
};

/** The page that turns mails off. It needs no JavaScript and no sign-in. */
export function unsubscribePage(view: View): string {
  return plainPage({ title: "Mails from Valet Key", content: contentOf(view) });
}

function contentOf(view: View): string {
  if ("problem" in view) return `<h1>This link can't be used</h1>\n<p>${view.problem}</p>`;
  const mails = MAILS[view.topic];
  if (view.isDone) {
    return `<h1>Done</h1>\n<p role="status">You get no more ${mails.replace(/^the /, "")}. With an account, you can turn them on again in the settings.</p>`;
  }
  return `<h1>Turn off ${mails}?</h1>
<form method="post"><button>Turn off</button></form>`;
}
