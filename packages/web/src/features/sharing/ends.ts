import { formatDuration, formatSpan, formatWhen, texts } from "../../texts/index.ts";
import { isEnded } from "./shares-query.ts";

const words = texts.sharing.end;

/** How long a share can be given for, by one choice. Seconds. */
export const SPANS = [3600, 86_400, 7 * 86_400, 30 * 86_400] as const;

/** The instant that a choice stands for ("never", or seconds from now); null: never. Undefined: "custom", of which a field tells more. */
export function endOf(choice: string, { now }: { now: number }): string | null | undefined {
  if (choice === "never") return null;
  const seconds = Number(choice);
  return Number.isFinite(seconds) ? new Date(now + seconds * 1000).toISOString() : undefined;
}

/** The instant of a field for a date and a time; undefined: it holds none, or one that is over. */
export function endOfField(value: string, { now }: { now: number }): string | undefined {
  const time = new Date(value).getTime();
  return time > now ? new Date(time).toISOString() : undefined;
}

/** An instant as the value of such a field, in the time of this machine. */
export function fieldOf(time: number): string {
  const local = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** "Never ends", "Ends in 3 days", "Ended 5 minutes ago". */
export function describeEnd(expiresAt: string | null, now: number): string {
  if (expiresAt === null) return words.never;
  if (isEnded(expiresAt, now)) return words.ended(formatWhen(expiresAt, now));
  return words.endsIn(formatDuration((new Date(expiresAt).getTime() - now) / 1000));
}

export const describeSpan = (seconds: number): string => words.after(formatSpan(seconds));
