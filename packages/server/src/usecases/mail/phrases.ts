/** An instant in a mail, whose reader may be anywhere. */
export function inUtc(instant: number): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(instant)} UTC`;
}

export function hostOf(publicUrl: string): string {
  return new URL(publicUrl).host;
}
