/** The languages in which the server writes its mails and its own pages. */
export const languages = ["en", "de"] as const;
export type Language = (typeof languages)[number];

/** The language for a reader if the service does not know the reader's language. */
export const USUAL_LANGUAGE: Language = "en";
