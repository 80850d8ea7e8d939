/** `code` is the language of the texts. `usual` is the regional variant if the browser names no variant. */
export const language = { code: "en", usual: "en-GB" };

/** Words for `format.ts` that `Intl` does not provide in this form. */
export const units = { seconds: "s", minutes: "min", hours: "h", days: "days", justNow: "just now" };
