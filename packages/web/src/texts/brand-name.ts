type Page = { querySelector(selector: string): { content: string } | null };

/** The name of the service. If the operator sets `BRAND_NAME`, the service writes this name to the head of the page. */
export const brandName =
  (globalThis as { document?: Page }).document?.querySelector('meta[name="brand"]')?.content ?? "Valet Key";
