import type * as en from "../en/text-tools.ts";

export const textToolsTexts: typeof en.textToolsTexts = {
  label: "Text formatieren",
  bold: "Fett",
  heading: "Überschrift",
  list: "Liste",
  task: "Aufgabe",
  link: "Link",
};
