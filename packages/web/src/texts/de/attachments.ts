import type { attachments as english } from "../en/attachments.ts";
import { formatBytes, formatCount } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };

export const attachments: typeof english = {
  title: "Dateien",
  attach: "Anhängen",
  attachFolder: "Ordner anhängen",
  attachMore: "Mehr anhängen",
  empty: {
    before: "Dateien und Ordner hierher ziehen oder ",
    choose: "Dateien auswählen",
    viewer: "An dieser Notiz sind noch keine Dateien.",
  },
  drop: "Loslassen, um an diese Notiz anzuhängen",
  preview: "Vorschau",
  copyLink: "Link erstellen …",
  download: "Herunterladen",
  rename: "Umbenennen …",
  share: "Mit Personen teilen …",
  moveTo: "Verschieben nach …",
  copyTo: "Kopieren nach …",
  asGrid: "Als Raster zeigen",
  asList: "Als Liste zeigen",
  select: "Auswählen",
  selectAll: "Alle auswählen",
  moreOf: (folder: string) => `Mehr zu ${folder}`,
  selectDone: "Fertig",
  choose: (filename: string) => `${filename} auswählen`,
  count: (count: number) => formatCount(count, files),
  remove: "Löschen",
  removeRejected: "Entfernen",
  removed: (filename: string) => `${filename} gelöscht`,
  removeQuestion: (filename: string) => `${filename} endgültig löschen? Das lässt sich nicht rückgängig machen.`,
  pasted: (instant: string) => `Eingefügtes Bild ${instant}`,
  emptyFolder: "In diesem Ordner sind keine Dateien.",
  tooMany: (count: number) =>
    `Das sind mehr als ${formatCount(count, files)}, deshalb wurde keine angehängt. Hängen Sie höchstens ${formatCount(count, files)} auf einmal an, zum Beispiel einen Ordner nach dem anderen.`,
  unreadable:
    "Die Dateien konnten nicht gelesen werden. Prüfen Sie, ob Sie sie öffnen dürfen, und ziehen Sie sie noch einmal hierher.",
  states: {
    pending: "Wird hochgeladen …",
    verifying: "Datei wird geprüft …",
    scanning: "Wird auf Viren geprüft …",
    quarantined: "Wartet auf Prüfung",
    rejected: "Diese Datei hat die Prüfung nicht bestanden. Sie wurde nicht behalten.",
  },
  noPreview: "Keine Vorschau",
  review: (count: number) =>
    count === 1
      ? "1 Datei wartet auf Ihre Prüfung. Niemand kann sie öffnen, bis Sie sie annehmen. Wenn Sie sie ablehnen, wird sie gelöscht."
      : `${formatCount(count, files)} warten auf Ihre Prüfung. Niemand kann sie öffnen, bis Sie sie annehmen. Wenn Sie eine Datei ablehnen, wird sie gelöscht.`,
  tooLarge: (limitBytes: number) =>
    `Sie ist größer als ${formatBytes(limitBytes)}, mehr erlaubt dieser Dienst nicht. Sie wurde nicht gesendet.`,
  ownerIsFull: "Im Speicher der Person, der diese Notiz gehört, ist zu wenig Platz.",
  events: {
    added: (names: readonly string[]) =>
      names.length === 1 ? `${names[0]} wird hochgeladen` : `${formatCount(names.length, files)} werden hochgeladen`,
    attached: (filename: string) => `${filename} ist angehängt`,
    failed: (filename: string, why: string) => `${filename} wurde nicht angehängt. ${why}`,
  },
  otherUploads: {
    running: (count: number, percent: number) =>
      `${formatCount(count, files)} ${count === 1 ? "wird" : "werden"} hochgeladen: ${percent} %`,
    stopped: (count: number) => `${formatCount(count, { one: "Upload", other: "Uploads" })} nicht fertig`,
  },
  zip: {
    action: "Alle herunterladen",
    progress: (doneBytes: number, totalBytes: number) => `${formatBytes(doneBytes)} von ${formatBytes(totalBytes)}`,
    label: "Alle Dateien werden als ZIP heruntergeladen",
    cancel: "Abbrechen",
  },
};
