import type { Deps } from "../../platform/deps.ts";
import type { MailHolder } from "../outbox/mail.ts";
import { type MailText, renderMail } from "./template.ts";
import type { MailTexts } from "./texts/en.ts";
import { makeUnsubscribeToken, type Unsubscribe } from "./unsubscribe-token.ts";

/**
 * A mail that is ready to send. `secrets`: the tokens and codes in the text, which no log may contain. `to`: the current email address of
 * the reader. Undefined: the mail belongs to the email address for which it was queued.
 */
export type Composed = ReturnType<typeof renderMail> & {
  secrets: readonly string[];
  unsubscribeUrl?: string;
  to?: string;
};

export type Content = Omit<MailText, "language" | "footer">;

export function compose(
  { language }: Pick<MailTexts, "language">,
  { secrets = [], ...text }: Omit<MailText, "language"> & { secrets?: readonly string[] },
): Composed {
  return { ...renderMail({ ...text, language }), secrets };
}

const MAX_URL_LENGTH = 900;

/** Makes a mail with a link that turns off mails about its topic for the reader. */
export function composeOptional(
  { linkKeys, publicUrl, words }: Pick<Deps, "linkKeys"> & { publicUrl: string; words: MailTexts },
  {
    text,
    secrets = [],
    ...off
  }: { text: Content; secrets?: string[]; topic: Unsubscribe["topic"]; holder: MailHolder },
): Composed {
  const token = makeUnsubscribeToken(linkKeys.unsubscribes, off);
  const unsubscribeUrl = `${publicUrl}/unsubscribe/${token}`;
  // Mail servers refuse long lines of a header (RFC 5322). If a long user id makes the URL too long, the mail has no such link. The user
  // can still turn off mails in the settings.
  if (unsubscribeUrl.length > MAX_URL_LENGTH) return compose(words, { ...text, secrets });
  const footer = { label: words.unsubscribe, url: unsubscribeUrl };
  return { ...compose(words, { ...text, footer, secrets: [...secrets, token] }), unsubscribeUrl };
}
