import type { Deps, MailHolder } from "../ports/index.ts";
import { type MailText, renderMail } from "./template.ts";
import { makeUnsubscribeToken, type Unsubscribe } from "./unsubscribe-token.ts";

/** `secrets`: the tokens and codes in the text, which no log may contain. */
export type Composed = ReturnType<typeof renderMail> & { secrets: readonly string[]; unsubscribeUrl?: string };

export function compose(secrets: readonly string[], text: MailText): Composed {
  return { ...renderMail(text), secrets };
}

const MAX_URL_LENGTH = 900;

/** A mail that its reader can turn off. */
export function composeOptional(
  { linkKeys, publicUrl }: Pick<Deps, "linkKeys"> & { publicUrl: string },
  { text, secret, ...off }: { text: MailText; secret?: string; topic: Unsubscribe["topic"]; holder: MailHolder },
): Composed {
  const token = makeUnsubscribeToken(linkKeys.unsubscribes, off);
  const unsubscribeUrl = `${publicUrl}/unsubscribe/${token}`;
  // The id of a user may be long, and mail servers refuse long lines of a header (RFC 5322). Such a user has the settings.
  if (unsubscribeUrl.length > MAX_URL_LENGTH) return compose(secret === undefined ? [] : [secret], text);
  const footer = { label: "Turn off these mails", url: unsubscribeUrl };
  const secrets = secret === undefined ? [token] : [secret, token];
  return { ...compose(secrets, { ...text, footer }), unsubscribeUrl };
}
