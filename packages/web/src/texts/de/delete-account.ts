import type { deleteAccountTexts as english } from "../en/delete-account.ts";

export const deleteAccountTexts: typeof english = {
  title: "Konto löschen",
  hint: "Ihr Konto wird sofort geschlossen, und Sie haben 14 Tage Zeit, es sich anders zu überlegen.",
  noPassword:
    "Sie melden sich mit einem Anmeldedienst an. Bitten Sie den Betreiber dieses Dienstes, Ihr Konto zu löschen.",
  open: "Mein Konto löschen …",
  goes: "Gelöscht wird:",
  notes: { one: "Notiz", other: "Notizen" },
  files: { one: "Datei", other: "Dateien" },
  filesOf: (files: string, size: string) => `${files}, ${size} mit den gelöschten`,
  links: { one: "gültiger Link", other: "gültige Links" },
  people: { one: "Person verliert", other: "Personen verlieren" },
  peopleLose: (people: string) => `${people} den Zugriff auf das, was Sie geteilt haben`,
  rest: "Auch Ihre Sitzungen, API-Tokens, Passkeys und Einstellungen werden gelöscht. Dateien, die Sie an Notizen anderer gesendet haben, bleiben dort.",
  log: "Das Protokoll des Dienstes behält, was geschehen ist, mit der Kennung Ihres Kontos.",
  keep: "Melden Sie sich innerhalb von 14 Tagen an, um das Konto zu behalten. Danach kann es niemand wiederherstellen.",
  action: "Mein Konto löschen",
  failedToLoad: "Was gelöscht wird, konnte nicht geladen werden",
};
