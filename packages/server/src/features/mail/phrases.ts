/**
 * Formats an instant as a text in UTC, because the time zone of the reader is unknown. `locale`: the locale for the language of the mail.
 */
export function inUtc(instant: number, { locale }: { locale: string }): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(instant)} UTC`;
}

export function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host;
}
