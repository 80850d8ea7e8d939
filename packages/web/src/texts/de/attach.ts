import { brandName } from "../brand-name.ts";
import type { attachTexts as english } from "../en/attach.ts";

export const attachTexts: typeof english = {
  title: "Dateien anhängen",
  newNote: "An eine neue Notiz anhängen",
  discard: "Verwerfen",
  existing: "Oder an eine Ihrer Notizen",
  search: "Notizen suchen",
  none: "Es gibt hier keine Notiz, die Sie ändern dürfen.",
  failed: "Die Notizen konnten nicht geladen werden",
  attachTo: (title: string) => `An „${title}“ anhängen`,
  nothing: {
    title: "Es sind keine Dateien angekommen",
    hint: `Gehen Sie zurück zur anderen App, und teilen Sie die Dateien noch einmal mit ${brandName}.`,
    action: "Zu Ihren Notizen",
  },
};
