import type { mailPreferences as english } from "../en/mail-preferences.ts";

export const mailPreferences: typeof english = {
  title: "E-Mails",
  hint: "E-Mails zu Ihrem Passwort und Ihrer E-Mail-Adresse werden immer gesendet.",
  unproven:
    "Bestätigen Sie zuerst Ihre E-Mail-Adresse. Bis dahin erhalten Sie von diesen E-Mails nur die Zugriffsanfragen.",
  failedToLoad: "Ihre Auswahl konnte nicht geladen werden",
  choices: { at_once: "Sofort", daily: "Einmal am Tag", never: "Nie" },
  topics: {
    shares: "Etwas wird für Sie freigegeben",
    expiry: "Eine Freigabe läuft innerhalb eines Tages ab",
    links: "Jemand öffnet Ihre Links oder ruft sie ab",
    files: "Ihre Dateianfragen erhalten Dateien",
    requests: "Jemand bittet um Zugriff",
  },
  topicHints: {
    links: "Wie es bei jedem Link steht.",
    files: "Wie es bei jeder Anfrage steht.",
  },
};
