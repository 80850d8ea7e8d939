export type ToastPlace = "top" | "bottom";

/** The end of the page that has more room beside a secret that is shown once, so that no message covers it. Pixels. */
export function placeOfToasts(secret: { top: number; bottom: number } | undefined, pageHeight: number): ToastPlace {
  return secret !== undefined && secret.top > pageHeight - secret.bottom ? "top" : "bottom";
}
