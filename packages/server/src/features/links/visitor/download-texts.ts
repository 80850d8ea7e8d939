import type { ProblemCode } from "@valetkey/contract";
import type { Language } from "../../../platform/text/language.ts";

const english = {
  language: "en" as Language,
  locale: "en-GB",
  title: "A file for you",
  cannotOpen: "This link can't be opened",
  forPeople: "This link is for certain people",
  needsProof: "You prove your email address with a code, which needs JavaScript.",
  hasPassword: "This link has a password",
  password: "Password",
  files: "Files for you",
  filesFrom: (name: string) => `Files from ${name}`,
  openUntil: (date: string) => `Open until ${date} UTC.`,
  receives: "This link receives files, which needs JavaScript.",
  noFile: "No file is ready yet.",
  choose: "Choose a file",
  confirm: "I want to download this",
  download: "Download",
  tickFirst: "Tick the box first. Programs that open links can't use up this link, because they don't tick it.",
  sendPassword: "This link has a password. Send it too.",
  proveEmail:
    "This link is for certain people. Open it in a browser with JavaScript, and prove your email address there.",
  chooseFirst: "This link has several files. Choose one of them. Nothing was counted.",
  /** Empty, because the error texts of the service are already in English. */
  problems: {} as Partial<Record<ProblemCode, string>>,
};

export type DownloadTexts = typeof english;

const german: DownloadTexts = {
  language: "de",
  locale: "de-DE",
  title: "Eine Datei für Sie",
  cannotOpen: "Dieser Link kann nicht geöffnet werden",
  forPeople: "Dieser Link ist für bestimmte Personen",
  needsProof: "Sie bestätigen Ihre E-Mail-Adresse mit einem Code. Das braucht JavaScript.",
  hasPassword: "Dieser Link hat ein Passwort",
  password: "Passwort",
  files: "Dateien für Sie",
  filesFrom: (name) => `Dateien von ${name}`,
  openUntil: (date) => `Offen bis ${date} UTC.`,
  receives: "Dieser Link empfängt Dateien. Das braucht JavaScript.",
  noFile: "Noch ist keine Datei bereit.",
  choose: "Wählen Sie eine Datei",
  confirm: "Ich möchte das herunterladen",
  download: "Herunterladen",
  tickFirst:
    "Setzen Sie zuerst das Häkchen. Programme, die Links öffnen, können diesen Link nicht verbrauchen, weil sie es nicht setzen.",
  sendPassword: "Dieser Link hat ein Passwort. Senden Sie es mit.",
  proveEmail:
    "Dieser Link ist für bestimmte Personen. Öffnen Sie ihn in einem Browser mit JavaScript, und bestätigen Sie dort Ihre E-Mail-Adresse.",
  chooseFirst: "Dieser Link hat mehrere Dateien. Wählen Sie eine davon. Nichts wurde gezählt.",
  problems: {
    link_not_found: "Dieser Link ist beendet, oder seine URL ist nicht vollständig.",
    attachment_not_found: "Dieser Link hat diese Datei nicht mehr. Öffnen Sie den Link noch einmal.",
    attachment_not_ready: "Diese Datei ist noch nicht bereit. Versuchen Sie es gleich noch einmal.",
    wrong_password: "Das Passwort fehlt oder stimmt nicht. Fragen Sie die Person, die Ihnen den Link gesendet hat.",
    rate_limited: "Zu viele Versuche. Warten Sie etwas, und versuchen Sie es noch einmal.",
    links_disabled: "Links sind bei diesem Dienst ausgeschaltet.",
    cross_site_request: "Diese Anfrage muss von einer Seite dieses Dienstes kommen.",
    bucket_unavailable: "Der Dateispeicher antwortet im Moment nicht. Versuchen Sie es bald noch einmal.",
    database_unavailable: "Der Dienst erreicht seine Datenbank im Moment nicht. Versuchen Sie es bald noch einmal.",
    service_busy: "Der Dienst hat gerade viel zu tun. Versuchen Sie es gleich noch einmal.",
    shutting_down: "Der Dienst startet neu. Versuchen Sie es gleich noch einmal.",
  },
};

export const downloadTexts: Record<Language, DownloadTexts> = { en: english, de: german };
