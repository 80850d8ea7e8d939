import type { conflictTexts as english } from "../en/conflict.ts";

export const conflictTexts: typeof english = {
  title: "Diese Notiz wurde geändert, während Sie geschrieben haben",
  hint: "Ihr Text bleibt hier, bis Sie sich für eine Fassung entscheiden.",
  show: "Den anderen Text anzeigen",
  nothing: "Er ist leer.",
  keepMine: "Meinen behalten",
  takeTheirs: "Den anderen nehmen",
  taken: "Ihr Text wurde ersetzt",
};
