import type { shareDialogTexts as english } from "../en/share-lists.ts";

export const shareDialogTexts: typeof english = {
  people: {
    label: "Personen",
    placeholder: "E-Mail-Adressen",
    hint: "Trennen Sie mehrere mit Kommas, oder fügen Sie eine Liste ein.",
    chosen: "Wird geteilt mit",
    remove: (email: string) => `${email} entfernen`,
    shared: (names: string) => `Geteilt mit ${names}.`,
    missing: "Geben Sie eine E-Mail-Adresse ein.",
    invalid: (email: string) => `„${email}“ ist keine vollständige E-Mail-Adresse wie ann@example.com.`,
    own: (email: string) => `${email} ist Ihre eigene E-Mail-Adresse.`,
  },
  files: {
    title: (count: number) => `${count} Dateien teilen`,
    hint: "Für Personen, die nicht die ganze Notiz sehen sollen. Sie erhalten jede Datei für sich.",
    shared: (shared: number, all: number) => `${shared} von ${all} Dateien sind geteilt.`,
    again: "Teilen Sie noch einmal für die übrigen.",
    invitations: "Einladungen",
    copy: "Alle kopieren",
    copyOf: (email: string) => `Alle kopieren: ${email}`,
    copyHint:
      "Mit einem Konto erscheinen die Dateien unter „Für mich freigegeben“. Ohne Konto geben Sie die Einladungen weiter. Jede öffnet eine Datei.",
  },
  list: {
    title: "Wer Zugriff hat",
    failed: "Die Freigaben konnten nicht geladen werden",
    remove: (name: string) => `Nicht mehr mit ${name} teilen`,
    removing: (name) => `Der Zugriff von ${name} wird beendet …`,
    removed: (name: string) => `${name} hat keinen Zugriff mehr.`,
  },
  removal: {
    short: (usual: string) =>
      `Wenn Sie jemanden entfernen, wirkt das sofort. Bereits ausgestellte URLs von Dateien gelten noch höchstens ${usual}.`,
    long: (usual: string, longest: string) =>
      `Wenn Sie jemanden entfernen, wirkt das sofort. Bereits ausgestellte URLs von Dateien gelten noch höchstens ${usual}. Eine URL, die ein Programm angefordert hat, kann bis zu ${longest} lang gelten.`,
  },
};
