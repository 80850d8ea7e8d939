import type { shortcutsTexts as english } from "../en/shortcuts.ts";

export const shortcutsTexts: typeof english = {
  title: "Tastenkürzel",
  between: "dann",
  keys: {
    "mod+k": "Suchen, öffnen und ausführen",
    n: "Neue Notiz",
    "/": "Notizen suchen",
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
