import type * as english from "../en/file-tools.ts";
import { formatBytes, formatCount } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };

export const fileToolsTexts: typeof english.fileToolsTexts = {
  label: "Werkzeuge für die Dateien",
  filter: "Dateien nach Namen filtern",
  kind: "Art der Datei",
  kinds: {
    all: "Alle Arten",
    image: "Bilder",
    video: "Videos",
    audio: "Audio",
    pdf: "PDFs",
    text: "Texte",
    table: "Tabellen",
    archive: "Archive",
    code: "Code",
    other: "Andere",
  },
  order: "Reihenfolge",
  orders: { attached: "Wie angehängt", name: "Nach Namen", size: "Größte zuerst", newest: "Neueste zuerst" },
  shown: (shown: number, all: number) => `${shown} von ${formatCount(all, files)}`,
  none: "Keine Datei passt. Ändern Sie den Filter.",
  all: "Alle auswählen",
  chosen: (count: number, sizeBytes: number) => `${formatCount(count, files)} ausgewählt, ${formatBytes(sizeBytes)}`,
  hint: "Halten Sie die Umschalttaste, um mehrere hintereinander auszuwählen.",
  download: "Herunterladen",
  link: "Link",
  share: "Freigeben",
  move: "Verschieben",
  copy: "Kopieren",
  tooManyForLink: (most: number) => `Ein Link öffnet höchstens ${most} Dateien. Wählen Sie weniger aus.`,
  remove: "Löschen",
};

export const renameTexts: typeof english.renameTexts = {
  title: "Datei umbenennen",
  name: "Name der Datei",
  save: "Umbenennen",
  saving: "Wird umbenannt …",
  empty: "Eine Datei braucht einen Namen.",
};

export const reviewTexts: typeof english.reviewTexts = {
  accept: "Annehmen",
  acceptOf: (filename: string) => `${filename} annehmen`,
  reject: "Ablehnen",
  rejectOf: (filename: string) => `${filename} ablehnen`,
};

export const zipTexts: typeof english.zipTexts = {
  name: (title: string) => `${title}.zip`,
  finished: "Alle Dateien sind im ZIP.",
  failed: (filename: string) =>
    `Das ZIP wurde nicht fertig: ${filename} konnte nicht ganz gelesen werden. Versuchen Sie es noch einmal.`,
  notSaved: "Das ZIP konnte nicht gespeichert werden. Ist auf der Festplatte genug Platz?",
  missing: (names: readonly string[]) =>
    `Nicht im ZIP, weil sie nicht heruntergeladen werden konnten: ${names.join(", ")}`,
  missingFile: "NICHT IN DIESEM ZIP.txt",
};
