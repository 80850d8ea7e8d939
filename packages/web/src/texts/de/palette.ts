import type { paletteTexts as english } from "../en/palette.ts";

export const paletteTexts: typeof english = {
  title: "Suchen, öffnen und ausführen",
  placeholder: "Notizen suchen, oder eine Aktion nennen",
  none: "Nichts gefunden",
  notes: "Notizen",
  note: "Diese Notiz",
  inNote: (title: string) => `in ${title}`,
  makeLink: "Link erstellen",
  downloadAll: "Alle Dateien als ZIP herunterladen",
  go: "Öffnen",
  do: "Ausführen",
  light: "Helles Design verwenden",
  dark: "Dunkles Design verwenden",
  system: "Design des Systems verwenden",
};
