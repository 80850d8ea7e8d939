import { formatDuration, formatWhen, texts } from "../texts/index.ts";

const words = texts.sharing.expiry;

/** Returns whether a share or link has expired. If `expiresAt` is null, the share or link never expires. */
export const isExpired = (expiresAt: string | null, now: number): boolean =>
  expiresAt !== null && new Date(expiresAt).getTime() <= now;

/** Returns the ISO instant for an option, which is a number of seconds from `now`. Returns null for "never", and undefined for "custom". */
export function expiryOf(choice: string, { now }: { now: number }): string | null | undefined {
  if (choice === "never") return null;
  const seconds = Number(choice);
  return Number.isFinite(seconds) ? new Date(now + seconds * 1000).toISOString() : undefined;
}

/** Returns the instant in a `datetime-local` field, or undefined if the field is empty or the instant is not in the future. */
export function expiryOfField(value: string, { now }: { now: number }): string | undefined {
  const time = new Date(value).getTime();
  return time > now ? new Date(time).toISOString() : undefined;
}

/** Returns the value of a `datetime-local` field for an instant, in the local time zone. */
export function toFieldValue(time: number): string {
  const local = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** Returns, for example, "Never expires", "Expires in 3 days" or "Expired 5 minutes ago". */
export function describeExpiry(expiresAt: string | null, now: number): string {
  if (expiresAt === null) return words.never;
  if (isExpired(expiresAt, now)) return words.ended(formatWhen(expiresAt, now));
  return words.endsIn(formatDuration((new Date(expiresAt).getTime() - now) / 1000));
}
