import type { trashTexts as english } from "../en/trash.ts";
import { formatCount } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };

export const trashTexts: typeof english = {
  title: "Gelöscht",
  hint: (days: number) =>
    days === 0
      ? "Dieser Dienst behält nichts, was Sie löschen."
      : `Was Sie löschen, bleibt ${formatCount(days, { one: "Tag", other: "Tage" })} hier und zählt so lange zu Ihrem Speicher.`,
  list: "Gelöschte Notizen und Dateien",
  empty: {
    title: "Nichts ist gelöscht",
    hint: "Notizen und Dateien, die Sie löschen, warten hier. Sie können sie wiederherstellen.",
  },
  failed: "Die gelöschten Notizen und Dateien konnten nicht geladen werden",
  note: (count: number) => (count === 0 ? "Notiz" : `Notiz mit ${formatCount(count, files)}`),
  file: (noteTitle: string) => `Datei von „${noteTitle}“`,
  purgeAt: (day: string) => `hier bis ${day}`,
  restore: "Wiederherstellen",
  restoreOf: (name: string) => `${name} wiederherstellen`,
  restored: (name: string) => `„${name}“ ist wieder da`,
  purge: "Endgültig löschen",
  purgeOf: (name: string) => `${name} endgültig löschen`,
  purgeQuestion: (name: string) => `„${name}“ endgültig löschen? Das lässt sich nicht rückgängig machen.`,
  purged: (name: string) => `„${name}“ ist endgültig gelöscht`,
};
