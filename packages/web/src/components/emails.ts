/** Returns the email addresses in a text, separated by commas, semicolons or spaces, or in angle brackets after names. */
export function splitEmails(text: string): string[] {
  const bracketed = [...text.matchAll(/<([^<>\s]+)>/g)].map(([, email]) => email as string);
  const rest = bracketed.length === 0 ? text : text.replace(/[^,;<>\n]*<[^<>]*>/g, " ");
  return [...bracketed, ...rest.split(/[\s,;]+/)].filter((part) => part !== "");
}

export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

/** Compares email addresses as the service does. */
export const isSameEmail = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Adds the typed email addresses, without duplicates. */
export function addEmails(chosen: readonly string[], typed: string): string[] {
  const all = [...chosen];
  for (const email of splitEmails(typed)) {
    if (!all.some((one) => isSameEmail(one, email))) all.push(email);
  }
  return all;
}
