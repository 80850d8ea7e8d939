/** The addresses in what was typed or pasted: between commas, semicolons or spaces, or between angle brackets after names. */
export function splitAddresses(text: string): string[] {
  const bracketed = [...text.matchAll(/<([^<>\s]+)>/g)].map(([, address]) => address as string);
  const rest = bracketed.length === 0 ? text : text.replace(/[^,;<>\n]*<[^<>]*>/g, " ");
  return [...bracketed, ...rest.split(/[\s,;]+/)].filter((part) => part !== "");
}

/** Whether it can be the address of someone. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

/** Two spellings of one address are the same to the service. */
export const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
