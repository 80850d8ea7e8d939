/** `code`: the language of the texts. `usual`: the regional variant for a reader whose browser names no variant. */
export const language = { code: "en", usual: "en-GB" };

/** The words of `format.ts` that `Intl` does not know in this form. */
export const units = { seconds: "s", minutes: "min", hours: "h", days: "days", justNow: "just now" };
