import type { recovery as english } from "../en/recovery.ts";

export const recovery: typeof english = {
  forgot: {
    title: "Passwort vergessen?",
    hint: "Geben Sie Ihre E-Mail-Adresse ein. Sie erhalten eine E-Mail mit einem Link für ein neues Passwort.",
    action: "Link senden",
    pending: "Wird gesendet …",
    sentTitle: "Sehen Sie in Ihre E-Mails",
    sent: (email: string) => `Wenn ${email} hier ein Konto mit Passwort hat, ist eine E-Mail mit einem Link unterwegs.`,
    sentHint:
      "Sie kommt in wenigen Minuten an, und der Link gilt eine Stunde. Wenn sie nicht kommt, sehen Sie im Spam-Ordner nach.",
    noMail: "Dieser Dienst sendet keine E-Mails. Deshalb können Sie hier kein neues Passwort setzen.",
    askOperator:
      "Bitten Sie die Person, die diesen Dienst betreibt, um einen Link für ein neues Passwort. Der Link gilt einmal.",
    forOperator: "Für die Person, die diesen Dienst betreibt",
    inAdministration:
      "Wählen Sie in der Administration im Menü der Person „Neues Passwort …“, oder führen Sie diesen Befehl aus:",
    command: (email: string) => `npx valetkey user reset ${email}`,
    exampleEmail: "sie@example.com",
    back: "Zurück zur Anmeldung",
  },
  reset: {
    title: "Neues Passwort wählen",
    hint: (email: string) => `Für das Konto ${email}. Alle Browser außer diesem werden abgemeldet.`,
    action: "Speichern und anmelden",
    pending: "Wird gespeichert …",
    done: "Ihr Passwort ist geändert, und alle anderen Browser sind abgemeldet.",
  },
  invalid: {
    title: "Dieser Link funktioniert nicht mehr",
    hint: "Er ist abgelaufen, wurde benutzt, oder Ihr Passwort hat sich inzwischen geändert. Jeder Link gilt einmal.",
    action: "Neuen Link anfordern",
    signIn: "Anmelden",
  },
  confirm: {
    title: "E-Mail-Adresse bestätigen",
    pending: "Ihre E-Mail-Adresse wird bestätigt …",
    signedOut:
      "Melden Sie sich mit dem Konto an, dessen E-Mail-Adresse Sie bestätigen. Danach kommen Sie hierher zurück.",
    signIn: "Anmelden",
    doneTitle: "Ihre E-Mail-Adresse ist bestätigt",
    doneHint: "Notizen und Dateien, die jemand für sie freigibt, erreichen jetzt Ihr Konto.",
    open: "Zu Ihren Notizen",
    invalidHint: "Er ist abgelaufen oder wurde benutzt. In den Einstellungen können Sie die E-Mail noch einmal senden.",
    otherAccount:
      "Dieser Link gehört zu einem anderen Konto. Melden Sie sich ab, und melden Sie sich mit jenem Konto an.",
    settings: "Zu den Einstellungen",
  },
  newEmail: {
    title: "Neue E-Mail-Adresse bestätigen",
    pending: "Ihre E-Mail-Adresse wird geändert …",
    signedOut: "Melden Sie sich mit dem Konto an, dessen E-Mail-Adresse Sie ändern. Danach kommen Sie hierher zurück.",
    signIn: "Anmelden",
    doneTitle: "Ihre E-Mail-Adresse ist geändert",
    doneHint: "Melden Sie sich ab jetzt mit der neuen an. An die alte ging eine E-Mail darüber.",
    open: "Zu Ihren Notizen",
    invalidHint:
      "Er ist abgelaufen, wurde benutzt, oder Ihr Passwort hat sich inzwischen geändert. In den Einstellungen können Sie es noch einmal versuchen.",
    otherAccount:
      "Dieser Link gehört zu einem anderen Konto. Melden Sie sich ab, und melden Sie sich mit jenem Konto an.",
    settings: "Zu den Einstellungen",
  },
};
