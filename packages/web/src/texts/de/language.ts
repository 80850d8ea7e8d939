import type * as english from "../en/language.ts";

export const language: typeof english.language = { code: "de", usual: "de-DE" };

export const units: typeof english.units = {
  seconds: "s",
  minutes: "Min.",
  hours: "Std.",
  days: "Tage",
  justNow: "gerade eben",
};
