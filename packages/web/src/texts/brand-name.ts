type Page = { querySelector(selector: string): { content: string } | null };

/** The name of the service. If the operator sets `BRAND_NAME`, the service writes this name to the head of the page. */
export const brandName =
  (globalThis as { document?: Page }).document?.querySelector('meta[name="brand"]')?.content ?? "Valet Key";

/** The maximum length of a name in characters that fits on one line of a title on a phone. */
const ONE_LINE = 24;

/** Joins the words of the name of the service with no-break spaces, so that no line of a title breaks inside a short name. */
export function keepBrand(title: string): string {
  if (brandName.length > ONE_LINE) return title;
  return title.replace(brandName, () => brandName.replaceAll(" ", "\u00a0"));
}
