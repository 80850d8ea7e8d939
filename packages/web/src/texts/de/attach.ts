import { brandName } from "../brand-name.ts";
import type { attachTexts as english } from "../en/attach.ts";
import { formatCount } from "../format.ts";

export const attachTexts: typeof english = {
  pageTitle: "Dateien anhängen",
  title: (count: number) => `${formatCount(count, { one: "Datei", other: "Dateien" })} anhängen`,
  files: "Dateien zum Anhängen",
  more: (count: number, size: string) => `${count} weitere anzeigen (${size})`,
  remove: (filename: string) => `„${filename}“ nicht anhängen`,
  newNote: "Neue Notiz mit diesen Dateien",
  existing: "Oder zu einer vorhandenen Notiz hinzufügen",
  attach: "Hier anhängen",
  search: "Ihre Notizen durchsuchen",
  none: "Es gibt hier keine Notiz, die Sie ändern dürfen.",
  failed: "Die Notizen konnten nicht geladen werden",
  nothing: {
    title: "Es sind keine Dateien angekommen",
    hint: `Gehen Sie zurück zur anderen App, und teilen Sie die Dateien noch einmal mit ${brandName}.`,
    action: "Zu Ihren Notizen",
  },
};
