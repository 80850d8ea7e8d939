import { language, units } from "./en/language.ts";

/** The language of the texts in the regional variant of the browser. Numbers and times use the same variant. */
const LANGUAGE = navigator.languages.find((each) => each.split("-", 1)[0] === language.code) ?? language.usual;

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;
const sizes = UNITS.map(
  (unit) =>
    new Intl.NumberFormat(LANGUAGE, {
      style: "unit",
      unit,
      unitDisplay: unit === "byte" ? "long" : "short",
      maximumFractionDigits: 1,
    }),
);

/** Returns, for example, "12.3 MB". The units are decimal, as in file managers. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return (sizes[step] as Intl.NumberFormat).format(value < 100 ? value : Math.round(value));
}

/** Returns, for example, "3.4 MB/s". */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** Returns, for example, "58 s", "4 min" or "2 h". The number is rounded up, so that nothing seems to expire too early. */
export function formatDuration(seconds: number): string {
  const [whole, minutes, hours] = [seconds, seconds / 60, seconds / 3600].map(Math.ceil) as [number, number, number];
  if (whole < 60) return unbroken(`${Math.max(0, whole)} ${units.seconds}`);
  if (minutes < 60) return unbroken(`${minutes} ${units.minutes}`);
  if (hours < 48) return unbroken(`${hours} ${units.hours}`);
  return unbroken(`${Math.ceil(seconds / 86_400)} ${units.days}`);
}

/** Returns the text with spaces that never end a line, because a number and its unit belong together. */
const unbroken = (text: string) => text.replaceAll(" ", "\u00a0");

const spans = (["second", "minute", "hour", "day"] as const).map(
  (unit) => new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 }),
);

/** Returns, for example, "60 seconds", "10 minutes", "1 hour" or "7 days", for use in sentences. */
export function formatSpan(seconds: number): string {
  const [step, length] = seconds < 120 ? [0, 1] : seconds < 3600 ? [1, 60] : seconds < 86_400 ? [2, 3600] : [3, 86_400];
  return (spans[step] as Intl.NumberFormat).format(seconds / length);
}

/** Returns, for example, "60 s", "10 min" or "1 h", for use in lists of options. */
export function formatShortSpan(seconds: number): string {
  return seconds < 120 ? unbroken(`${seconds} ${units.seconds}`) : formatDuration(seconds);
}

const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const sameYear = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(LANGUAGE, { weekday: "long", day: "numeric", month: "long" });
const fullDate = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "full" });
const clock = new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "short" });

/** Returns, for example, "just now", "5 minutes ago", "yesterday" or "3 Mar". */
export function formatWhen(instant: string, now: number): string {
  const seconds = Math.round((Date.parse(instant) - now) / 1000);
  const [minutes, hours, days] = spansOf(seconds);
  if (Math.abs(seconds) < 45) return units.justNow;
  if (Math.abs(minutes) < 60) return unbroken(relative.format(minutes, "minute"));
  if (Math.abs(hours) < 24) return unbroken(relative.format(hours, "hour"));
  if (Math.abs(days) < 7) return unbroken(relative.format(days, "day"));
  return formatDate(instant, now);
}

const spansOf = (seconds: number) =>
  [seconds / 60, seconds / 3600, seconds / 86_400].map(Math.round) as [number, number, number];

/** Returns, for example, "today", "yesterday" or "3 Mar", for an instant whose exact time is not known. */
export function formatDay(instant: string, now: number): string {
  const [then, today] = [new Date(instant), new Date(now)].map((date) => date.setHours(0, 0, 0, 0)) as [number, number];
  const [, , days] = spansOf((then - today) / 1000);
  return days > -7 ? unbroken(relative.format(days, "day")) : formatDate(instant, now);
}

/** Returns, for example, "now", "5 min", "3 h" or "3 Mar", for the narrow column of a list. */
export function formatWhenShort(instant: string, now: number): string {
  const seconds = Math.abs(Date.parse(instant) - now) / 1000;
  const [minutes, hours] = spansOf(seconds);
  if (seconds < 45) return relative.format(0, "second");
  if (minutes < 60) return unbroken(`${minutes} ${units.minutes}`);
  if (hours < 24) return unbroken(`${hours} ${units.hours}`);
  return formatDate(instant, now);
}

/** Returns, for example, "3 Mar", or "3 Mar 2025" in another year. */
export function formatDate(instant: string | number, now: number): string {
  const date = new Date(instant);
  return unbroken((date.getFullYear() === new Date(now).getFullYear() ? sameYear : otherYear).format(date));
}

/** Returns, for example, "Monday 3 March". */
export function formatWeekday(instant: string | number): string {
  return weekday.format(new Date(instant));
}

/** Returns, for example, "Monday 3 March 2025". */
export function formatFullDate(instant: string | number): string {
  return fullDate.format(new Date(instant));
}

/** Returns, for example, "24 Nov 2026, 21:36". */
export function formatInstant(instant: string): string {
  return unbroken(exact.format(new Date(instant)));
}

/** Returns, for example, "21:36". */
export function formatClock(instant: string | number): string {
  return clock.format(new Date(instant));
}

const counts = new Intl.NumberFormat(LANGUAGE);
const plural = new Intl.PluralRules(LANGUAGE);

/** Returns, for example, "1,000,000". */
export function formatNumber(value: number): string {
  return counts.format(value);
}

export function formatCount(count: number, forms: { one: string; other: string }): string {
  return `${counts.format(count)} ${plural.select(count) === "one" ? forms.one : forms.other}`;
}

/** How many characters of a filename stay visible before the extension. */
const BEFORE_EXTENSION = 5;
/** The maximum length of an extension in characters. A longer suffix is a part of the name. */
const MAX_EXTENSION = 8;

/** Matches a character that is written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LETTER = /\p{L}/u;

/**
 * Splits a filename into a head, which the page may shorten, and a tail, which is always visible. The split never divides a grapheme
 * cluster.
 *
 * A split between two letters of the main text direction does not change the order of the letters on the page. If a filename with both
 * directions has no such position near its end, the tail is empty.
 */
export function splitName(filename: string): { head: string; tail: string } {
  const { characters, tailAt } = readName(filename);
  let cut = orderedCut(characters, tailAt);
  // After the ellipsis, a space would look like a gap.
  while (characters[cut] === " ") cut += 1;
  return { head: characters.slice(0, cut).join(""), tail: characters.slice(cut).join("") };
}

/**
 * The length of a filename that fills two lines of a phone, in characters. A wide character, such as a Chinese character, counts as two.
 */
const TWO_LINES = 62;

/** The ellipsis is between two word joiners, so that no line breaks beside the ellipsis. */
const MARK = "\u2060…\u2060";

/**
 * Shortens a filename in the middle if it is longer than two lines of a phone. The extension and the letters before it stay visible.
 * `width` is the maximum width, counted in Latin letters.
 */
export function shortenName(filename: string, width = TWO_LINES): string {
  const { characters, tailAt } = readName(filename);
  const widthOf = (some: readonly string[]) => some.reduce((sum, first) => sum + (first < "\u2e80" ? 1 : 2), 0);
  if (widthOf(characters) <= width) return filename;
  const tail = characters.slice(tailAt);
  const head = characters.slice(0, tailAt);
  while (head.length > 0 && widthOf(head) + 1 + widthOf(tail) > width) head.pop();
  return `${head.join("").trimEnd()}${MARK}${tail.join("").trimStart()}`;
}

function readName(filename: string): { characters: string[]; tailAt: number } {
  const characters = Array.from(new Intl.Segmenter().segment(filename), ({ segment }) => segment);
  const dot = characters.lastIndexOf(".");
  const isExtension = dot > 0 && characters.length - dot - 1 <= MAX_EXTENSION;
  const end = isExtension ? dot : characters.length;
  return { characters, tailAt: Math.max(0, end - BEFORE_EXTENSION) };
}

function orderedCut(characters: readonly string[], wanted: number): number {
  if (!characters.some((character) => RIGHT_TO_LEFT.test(character))) return wanted;
  const isMain = RIGHT_TO_LEFT.test(characters.find((character) => LETTER.test(character)) ?? "");
  const isOrdered = (at: number) =>
    [characters[at - 1], characters[at]].every(
      (character = "") => LETTER.test(character) && RIGHT_TO_LEFT.test(character) === isMain,
    );
  for (let cut = wanted; cut >= Math.max(0, wanted - BEFORE_EXTENSION); cut -= 1) {
    if (cut === 0 || isOrdered(cut)) return cut;
  }
  return characters.length;
}
