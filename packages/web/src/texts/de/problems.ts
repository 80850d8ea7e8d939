import type { problems as english } from "../en/problems.ts";

export const problems: typeof english = {
  unknown: "Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.",
  tooOften: (wait) => `Zu viele Versuche. Versuchen Sie es in ${wait} noch einmal.`,
  invalid_response:
    "Statt des Dienstes hat ein Proxy oder eine Firewall geantwortet. Versuchen Sie es gleich noch einmal.",
  network: "Der Dienst antwortet nicht. Versuchen Sie es gleich noch einmal.",
  offline: "Sie sind offline. Versuchen Sie es noch einmal, wenn Sie online sind.",
  unauthenticated: "Sie sind abgemeldet. Melden Sie sich wieder an, um weiterzumachen.",
  access_denied: "Darauf haben Sie keinen Zugriff. Fragen Sie, wem die Notiz gehört.",
  note_not_found: "Diese Notiz gibt es nicht mehr, oder sie war nie für Sie freigegeben.",
  attachment_not_found: "Diese Datei gibt es nicht mehr.",
  too_many_uploads: "Zu viele Dateien warten. Warten Sie etwas, oder löschen Sie Dateien, die nicht fertig sind.",
  search_timeout: "Diese Suche dauert zu lange. Versuchen Sie einen anderen Text, oder versuchen Sie es später.",
  rate_limited: "Zu viele Versuche. Warten Sie eine Minute, und versuchen Sie es noch einmal.",
  quota_exceeded: "In Ihrem Speicher ist zu wenig Platz. Löschen Sie Dateien endgültig.",
  file_too_large: "Diese Datei ist größer, als dieser Dienst erlaubt.",
  internal: "Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.",
  bucket_unavailable: "Der Dateispeicher antwortet im Moment nicht. Versuchen Sie es bald noch einmal.",
  storage_full:
    "Der Speicher des Dienstes ist voll, deshalb wurde nichts gespeichert. Sagen Sie es der Administration.",
  database_unavailable: "Der Dienst erreicht seine Daten im Moment nicht. Versuchen Sie es bald noch einmal.",
  service_busy: "Zu viele Dateien kommen gleichzeitig an. Versuchen Sie es gleich noch einmal.",
  shutting_down: "Der Dienst startet neu. Versuchen Sie es gleich noch einmal.",
};
