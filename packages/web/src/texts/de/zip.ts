import type { zipTexts as english } from "../en/zip.ts";

export const zipTexts: typeof english = {
  name: (title: string) => `${title}.zip`,
  finished: "Alle Dateien sind im ZIP.",
  failed: (filename: string) =>
    `Das ZIP wurde nicht fertig: ${filename} konnte nicht ganz gelesen werden. Versuchen Sie es noch einmal.`,
  notSaved: "Das ZIP konnte nicht gespeichert werden. Ist auf der Festplatte genug Platz?",
  missing: (names: readonly string[]) =>
    `Nicht im ZIP, weil sie nicht heruntergeladen werden konnten: ${names.join(", ")}`,
  missingFile: "NICHT IN DIESEM ZIP.txt",
};
