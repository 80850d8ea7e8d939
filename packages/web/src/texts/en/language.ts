/** `code`: the language of the texts. `usual`: its regional variant for a reader who prefers none. */
export const language = { code: "en", usual: "en-GB" };

/** The words of `format.ts` that `Intl` does not know in this form. */
export const units = { seconds: "s", minutes: "min", hours: "h", days: "days", justNow: "just now" };
