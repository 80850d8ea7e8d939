/** Matches exactly one recipient. The mail library would read several recipients from commas, semicolons, groups or angle brackets. */
const ONE_RECIPIENT = /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u;

/** Returns whether the text is one email address to which the service can send a mail. */
export function isOneRecipient(email: string): boolean {
  return ONE_RECIPIENT.test(email);
}
