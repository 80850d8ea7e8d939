import type { reviewTexts as english } from "../en/review.ts";

export const reviewTexts: typeof english = {
  waits: "Wartet auf Ihre Prüfung",
  accept: "Annehmen",
  acceptOf: (filename: string) => `${filename} annehmen`,
  reject: "Ablehnen",
  rejectOf: (filename: string) => `${filename} ablehnen`,
};
