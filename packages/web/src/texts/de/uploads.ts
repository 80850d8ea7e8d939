import type { uploadTexts as english } from "../en/uploads.ts";
import { formatBytes, formatDuration, formatRate } from "../format.ts";

/** The states of an upload. These texts load with the rows of uploads. */
export const uploadTexts: typeof english = {
  queued: "Wartet, bis sie an der Reihe ist",
  "other-tab": "Wird in einem anderen Tab hochgeladen",
  starting: "Beginnt …",
  hashing: "Datei wird gelesen …",
  offline: "Wartet auf die Verbindung",
  waiting: "Wartet auf den Dienst",
  unreachable: "Dieser Browser erreicht den Dateispeicher nicht. Er versucht es von selbst wieder.",
  tryNow: "Jetzt versuchen",
  tellOperator: "Wenn das länger dauert, sagen Sie es Ihrer Administration.",
  checkSetUp: "Lösung ansehen",
  completing: "Datei wird geprüft …",
  "needs-file": "Wählen Sie die Datei noch einmal, um fortzufahren",
  chooseFile: "Datei wählen …",
  "needs-permission": "Ihr Browser braucht Ihre Erlaubnis, die Datei noch einmal zu lesen.",
  allow: "Fortfahren",
  notTheSame: "Das ist eine andere Datei: Name, Größe oder Datum sind nicht gleich.",
  paused: ({ sentBytes, totalBytes }: { sentBytes: number; totalBytes: number }) =>
    sentBytes === 0 ? "Angehalten" : `Angehalten bei ${formatBytes(sentBytes)} von ${formatBytes(totalBytes)}`,
  sent: ({ sentBytes, totalBytes }: { sentBytes: number; totalBytes: number }) =>
    `${formatBytes(sentBytes)} von ${formatBytes(totalBytes)}`,
  all: "Wird hochgeladen",
  attached: (attached: number, count: number, failed = 0) =>
    `${attached} von ${count} Dateien hochgeladen${failed === 0 ? "" : ` · ${failed} fehlgeschlagen`}`,
  leftInAll: (seconds: number) => `noch etwa ${formatDuration(seconds)}`,
  rate: formatRate,
  left: (seconds: number) => `noch ${formatDuration(seconds)}`,
  pause: "Anhalten",
  resume: "Fortsetzen",
  retry: "Noch einmal versuchen",
  storage: "Speicher ansehen",
  cancel: "Abbrechen",
  dismiss: "Aus der Liste entfernen",
};
