type Page = { querySelector(selector: string): { content: string } | null };

/** The name of the service. The service writes another name than its own to the head of the page (`BRAND_NAME`). */
export const brandName =
  (globalThis as { document?: Page }).document?.querySelector('meta[name="brand"]')?.content ?? "Valet Key";
