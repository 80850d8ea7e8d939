import { brandName } from "../brand-name.ts";
import type { attachTexts as english } from "../en/attach.ts";

export const attachTexts: typeof english = {
  title: "Notiz auswählen",
  files: "Dateien zum Anhängen",
  more: (count: number, size: string) => `und ${count} weitere (${size})`,
  newNote: "Neue Notiz mit diesen Dateien",
  discard: "Diese Dateien verwerfen",
  existing: "Oder eine vorhandene Notiz",
  search: "Suchen",
  none: "Es gibt hier keine Notiz, die Sie ändern dürfen.",
  failed: "Die Notizen konnten nicht geladen werden",
  nothing: {
    title: "Es sind keine Dateien angekommen",
    hint: `Gehen Sie zurück zur anderen App, und teilen Sie die Dateien noch einmal mit ${brandName}.`,
    action: "Zu Ihren Notizen",
  },
};
