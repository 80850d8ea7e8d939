import { brandName } from "../brand-name.ts";
import type * as english from "../en/app.ts";

export const app: typeof english.app = {
  name: brandName,
  newNote: "Neue Notiz",
  notes: "Notizen",
  sharedWithMe: "Für mich freigegeben",
  shared: "Für mich",
  links: "Links",
  activity: "Aktivität",
  deleted: "Gelöscht",
  settings: "Einstellungen",
  signOut: "Abmelden",
  leaving: {
    losesText: "Ein Text von Ihnen ist noch nicht gespeichert. Beim Abmelden geht er verloren.",
    losesUploads: "Dateien werden noch hochgeladen. Beim Abmelden bricht das ab.",
    anyway: "Trotzdem abmelden",
  },
  navigation: "Hauptmenü",
  skip: "Zum Inhalt springen",
  offline:
    "Sie sind offline. Was Sie sehen, ist vielleicht nicht aktuell. Uploads gehen weiter, sobald Sie wieder online sind.",
  down: "Der Dienst antwortet im Moment nicht. Sobald er antwortet, wird die Seite aktuell, und Uploads gehen weiter.",
  notFound: {
    title: "Hier ist nichts",
    hint: "Vielleicht ist der Link falsch geschrieben, oder die Seite wurde gelöscht.",
    action: "Zu Ihren Notizen",
  },
  failed: {
    title: "Diese Seite konnte nicht angezeigt werden",
    hint: "Versuchen Sie es noch einmal. Wenn es wieder passiert, laden Sie die Seite neu.",
    action: "Noch einmal versuchen",
  },
  titleOf: (page: string) => `${page} · ${brandName}`,
};

export const common: typeof english.common = {
  tryAgain: "Noch einmal versuchen",
  undo: "Rückgängig",
  close: "Schließen",
  done: "Fertig",
  back: "Zurück",
  cancel: "Abbrechen",
  save: "Speichern",
  copy: "Kopieren",
  copied: "Kopiert",
  notCopied: "Bitte markieren und selbst kopieren",
  more: "Mehr",
  loading: "Wird geladen …",
  showMore: "Mehr anzeigen",
  you: "Sie",
  someone: "Jemand",
  notifications: "Mitteilungen",
  dismiss: "Ausblenden",
  separator: " · ",
  showPassword: "Passwort anzeigen",
  hidePassword: "Passwort verbergen",
};
