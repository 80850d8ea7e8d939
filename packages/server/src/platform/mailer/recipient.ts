/** Matches exactly one recipient. The library would read several from commas, semicolons, groups or angle brackets. */
const ONE_RECIPIENT = /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u;

/** Whether the text is one email address that the service can send a mail to. */
export function isOneRecipient(email: string): boolean {
  return ONE_RECIPIENT.test(email);
}
