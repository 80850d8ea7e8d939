import type * as english from "../en/palette.ts";

export const paletteTexts: typeof english.paletteTexts = {
  title: "Suchen, öffnen und ausführen",
  placeholder: "Notizen suchen, oder eine Aktion nennen",
  none: "Nichts gefunden",
  notes: "Notizen",
  note: "Diese Notiz",
  inNote: (title: string) => `in ${title}`,
  inSettings: "in den Einstellungen",
  makeLink: "Link erstellen",
  downloadAll: "Alle Dateien als ZIP herunterladen",
  go: "Öffnen",
  do: "Ausführen",
  light: "Helles Design verwenden",
  dark: "Dunkles Design verwenden",
  system: "Design des Systems verwenden",
};

export const shortcutsTexts: typeof english.shortcutsTexts = {
  title: "Tastenkürzel",
  between: "dann",
  keys: {
    "mod+k": "Suchen, öffnen und ausführen",
    n: "Neue Notiz",
    "/": "Notizen und Dateien suchen",
    j: "Nächste Notiz",
    k: "Vorige Notiz",
    e: "Text bearbeiten",
    u: "Dateien anhängen",
    s: "Notiz teilen",
    "g n": "Zu Ihren Notizen",
    "g s": "Zu dem, was für Sie freigegeben ist",
    "g l": "Zu Ihren Links",
    "g a": "Zur Aktivität",
    "g ,": "Zu den Einstellungen",
    "?": "Diese Tastenkürzel anzeigen",
  },
};
