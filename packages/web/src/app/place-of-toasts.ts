export type ToastPlace = "top" | "bottom";

/**
 * Returns the end of the page, top or bottom, that is farther from a secret that is shown only once. A message at this end does not cover
 * the secret. All numbers are pixels.
 */
export function placeOfToasts(secret: { top: number; bottom: number } | undefined, pageHeight: number): ToastPlace {
  return secret !== undefined && secret.top > pageHeight - secret.bottom ? "top" : "bottom";
}
