/** `code`: the language of the texts. `usual`: the regional variant if the browser of the reader names no variant. */
export const language = { code: "en", usual: "en-GB" };

/** The words of `format.ts` that `Intl` does not provide in this form. */
export const units = { seconds: "s", minutes: "min", hours: "h", days: "days", justNow: "just now" };
