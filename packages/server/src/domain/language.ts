/** The languages of mails and of pages that the service writes itself. */
export const languages = ["en", "de"] as const;
export type Language = (typeof languages)[number];

/** The language for a reader whose own language is unknown. */
export const USUAL_LANGUAGE: Language = "en";
