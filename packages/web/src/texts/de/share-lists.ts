import type { shareDialogTexts as english } from "../en/share-lists.ts";
import { formatCount } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };

export const shareDialogTexts: typeof english = {
  tabs: {
    label: "Wie Sie teilen",
    people: { label: "Personen", title: "Mit Personen teilen" },
    link: { label: "Link", title: "Mit einem Link teilen" },
  },
  people: {
    label: "Personen hinzufügen",
    placeholder: "E-Mail-Adressen",
    chosen: "Wird geteilt mit",
    remove: (email: string) => `${email} entfernen`,
    correct: (email: string) => `${email} berichtigen`,
    done: "Geteilt.",
    shared: (emails) =>
      emails.length > 3 ? `Geteilt mit ${emails.length} Personen.` : `Geteilt mit ${emails.join(", ")}.`,
    will: {
      viewer: (end) => `Die Personen können die Notiz${end} ansehen und ihre Dateien herunterladen.`,
      editor: (end) => `Die Personen können die Notiz und ihre Dateien${end} ändern.`,
      file: (end) => `Die Personen können diese Datei${end} ansehen und herunterladen.`,
      files: (end) => `Die Personen können diese Dateien${end} ansehen und herunterladen.`,
    },
    end: {
      never: " ohne Ablauf",
      after: (span: string) => ` ${span} lang`,
      until: (date: string) => ` bis ${date}`,
    },
    shareWith: (count: number) => `Mit ${count} Personen teilen`,
    invalid: (email: string) =>
      `„${email}“ ist keine vollständige E-Mail-Adresse. Drücken Sie darauf, um sie zu berichtigen.`,
    own: (email: string) => `${email} ist Ihre eigene E-Mail-Adresse.`,
  },
  files: {
    title: (count: number) => `${count} Dateien teilen`,
    hint: "Für Personen, die nicht die ganze Notiz sehen sollen. Sie erhalten jede Datei für sich.",
    shared: (shared: number, all: number) => `${shared} von ${all} Dateien ${shared === 1 ? "ist" : "sind"} geteilt.`,
    missing: (files: string) => `Noch nicht geteilt: ${files}.`,
    tooOften: (wait: string) =>
      `Sie haben in kurzer Zeit viel geteilt. Warten Sie ${wait}, und teilen Sie dann den Rest.`,
    count: (count: number) => formatCount(count, files),
  },
  list: {
    title: "Wer Zugriff hat",
    ofNote: "Über die ganze Notiz",
    failed: "Die Freigaben konnten nicht geladen werden",
    remove: (name: string) => `Nicht mehr mit ${name} teilen`,
    removing: (name) => `Der Zugriff von ${name} wird beendet …`,
    removed: (name: string) => `${name} hat keinen Zugriff mehr.`,
  },
  removal: (usual, longest) =>
    `Ein gerade geöffneter Download gilt noch bis zu ${usual}${longest === undefined ? "" : `, in einem Programm bis zu ${longest}`}.`,
};
