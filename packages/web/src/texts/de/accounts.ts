import { brandName } from "../brand-name.ts";
import type { accountTexts as english } from "../en/accounts.ts";

export const accountTexts: typeof english = {
  email: "E-Mail",
  password: "Passwort",
  name: "Ihr Name",
  passwordHint: "Mindestens 10 Zeichen.",
  continueWith: (provider: string) => `Weiter mit ${provider}`,
  or: "oder",
  signIn: {
    title: "Anmelden",
    where: (host: string) => `${brandName} auf ${host}`,
    toOpenShared: "Melden Sie sich an, um zu öffnen, was für Sie freigegeben ist.",
    action: "Anmelden",
    pending: "Anmeldung läuft …",
    forgot: "Passwort vergessen?",
    codeTitle: "Geben Sie Ihren Code ein",
    codeHint: "Ihr Passwort stimmt. Geben Sie jetzt die sechs Ziffern aus Ihrer Authenticator-App ein.",
    code: "Code",
    codeFieldHint: "Handy verloren? Geben Sie einen Wiederherstellungscode ein, oder fragen Sie die Administration.",
    codeMissing: "Geben Sie den Code ein, den Ihre Authenticator-App zeigt.",
    wrongCode: "Dieser Code ist falsch, abgelaufen oder schon benutzt. Warten Sie auf den nächsten.",
    back: "Zurück zur Anmeldung",
    withPasskey: "Passkey verwenden",
    other: "Noch kein Konto?",
    otherAction: "Konto erstellen",
  },
  signUp: {
    title: "Konto erstellen",
    action: "Konto erstellen",
    pending: "Konto wird erstellt …",
    other: "Sie haben ein Konto?",
    otherAction: "Anmelden",
    emailFixed: "Die Einladung ist für diese E-Mail-Adresse.",
  },
  first: {
    title: `Willkommen bei ${brandName}`,
    hint: "Erstellen Sie das erste Konto. Die Personen, mit denen Sie teilen, erstellen ihr eigenes.",
  },
  closed: {
    title: "Neue Konten sind hier nicht möglich",
    hint: "Nur die Administration kann hier Konten erstellen. Bitten Sie um eines.",
    hintWithProvider: (provider: string) =>
      `Fahren Sie mit ${provider} fort, oder bitten Sie die Administration um ein Konto.`,
    first: "Es gibt noch kein Konto, und neue Konten sind nicht möglich. Führen Sie auf dem Server aus:",
    firstWithProvider: (provider: string) =>
      `Es gibt noch kein Konto. Fahren Sie mit ${provider} fort, oder führen Sie auf dem Server aus:`,
    command: "npx valetkey user add --email sie@example.com --admin",
  },
  invitedOnly: {
    title: "Sie brauchen eine Einladung",
    hint: "Bitten Sie jemanden mit einem Konto oder die Administration darum, und öffnen Sie den Link der Einladung.",
    hintWithProvider: (provider: string) =>
      `Fahren Sie mit ${provider} fort, oder öffnen Sie den Link einer Einladung.`,
  },
  closedAccount: {
    title: "Ihr Konto ist geschlossen",
    until: (day: string) => `Sie haben es gelöscht. Am ${day} wird es endgültig gelöscht.`,
    hint: "Wenn Sie es behalten, kommen Ihre Notizen, Dateien, Freigaben und Links zurück, wie sie waren.",
    keep: "Mein Konto behalten",
  },
  sessionEnded: "Ihre Sitzung ist beendet. Melden Sie sich wieder an, um dort weiterzumachen, wo Sie waren.",
  failures: {
    unauthenticated: "Die E-Mail-Adresse oder das Passwort stimmt nicht.",
    access_denied: "Dieses Konto ist deaktiviert. Bitten Sie die Administration, es wieder zu aktivieren.",
    email_taken: "Mit dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich damit an.",
  },
  provider: "Der Anmeldedienst",
  providerFailures: {
    access_denied: (provider: string) =>
      `${provider} hat die Anmeldung abgelehnt, oder sie wurde abgebrochen. Versuchen Sie es noch einmal. Wenn Ihr Konto hier deaktiviert ist, bitten Sie die Administration um Hilfe.`,
    email_taken: "Mit Ihrer E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich mit seinem Passwort an.",
    email_not_verified: (provider: string) =>
      `${provider} hat Ihre E-Mail-Adresse noch nicht bestätigt. Bestätigen Sie sie dort, und versuchen Sie es noch einmal.`,
    sign_in_expired:
      "Die Anmeldung hat zu lange gedauert oder in einem anderen Browser begonnen. Versuchen Sie es noch einmal.",
    identity_provider_unavailable: (provider: string) =>
      `${provider} antwortet im Moment nicht. Versuchen Sie es bald noch einmal.`,
    rate_limited: "Zu viele Versuche. Warten Sie eine Minute, und versuchen Sie es noch einmal.",
    database_unavailable: "Der Dienst erreicht seine Daten im Moment nicht. Versuchen Sie es bald noch einmal.",
    internal: "Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.",
    sign_in_failed: (provider: string) =>
      `${provider} konnte Sie nicht anmelden. Versuchen Sie es noch einmal. Wenn es wieder passiert, sagen Sie es der Administration.`,
  },
  problems: {
    emailMissing: "Geben Sie Ihre E-Mail-Adresse ein.",
    emailInvalid: "Das ist keine vollständige E-Mail-Adresse wie ann@example.com.",
    passwordMissing: "Geben Sie Ihr Passwort ein.",
    passwordShort: "Wählen Sie ein Passwort mit mindestens 10 Zeichen.",
    passwordLong: "Verwenden Sie höchstens 128 Zeichen.",
    passwordSame: "Das ist Ihr jetziges Passwort. Wählen Sie ein anderes.",
    nameMissing: "Geben Sie den Namen ein, den andere sehen sollen.",
  },
  account: {
    title: "Konto",
    notConfirmed: "Nicht bestätigt:",
    notConfirmedHint:
      "Niemand weiß bisher, ob diese E-Mail-Adresse Ihnen gehört. Öffnen Sie den Link in der E-Mail, die wir Ihnen senden.",
    sendProof: "Bestätigungsmail senden",
    proofSent: "Die E-Mail ist unterwegs.",
    noPassword:
      "Sie melden sich mit dem Anmeldedienst an, den dieser Dienst nutzt. Auch Ihr Passwort und Ihr zweiter Faktor sind dort.",
    saveName: "Namen speichern",
    nameSaved: "Ihr Name ist geändert.",
    changeEmail: "E-Mail-Adresse ändern",
    newEmail: "Neue E-Mail-Adresse",
    sendChange: "Link senden",
    changeSent: (email: string) =>
      `Eine E-Mail mit einem Link ist an ${email} unterwegs. Ihre E-Mail-Adresse ändert sich, wenn Sie ihn öffnen.`,
    changeByOperator:
      "Dieser Dienst sendet keine E-Mails. Bitten Sie die Person, die ihn betreibt, Ihre E-Mail-Adresse zu ändern.",
    changeHint: "Führen Sie diesen Befehl mit der neuen E-Mail-Adresse aus:",
    changeCommand: (current: string) => `npx valetkey user email ${current} neu@example.com`,
    emailSame: "Das ist Ihre jetzige E-Mail-Adresse.",
    changePassword: "Passwort ändern",
    currentPassword: "Jetziges Passwort",
    newPassword: "Neues Passwort",
    endOthersHint: "Alle anderen Browser werden sofort abgemeldet.",
    revokeTokens: "Auch Geräte und Programme aussperren",
    revokeTokensHint:
      "Alle Passkeys und verbundenen Programme wirken sofort nicht mehr. Wählen Sie das, wenn jemand anders das Passwort kannte.",
    tokensRevoked: "Alle API-Tokens, Passkeys und Webhooks sind widerrufen.",
    passwordChangedAll: "Ihr Passwort ist geändert, und alle anderen Browser sind abgemeldet.",
    wrongPassword: "Das ist nicht Ihr jetziges Passwort.",
  },
  sessions: {
    title: "Wo Sie angemeldet sind",
    thisBrowser: "Dieser Browser",
    unknownDevice: "Ein unbekanntes Gerät",
    device: (browser: string, system: string) => `${browser} auf ${system}`,
    lastActive: (when: string) => `zuletzt aktiv ${when}`,
    activeNow: "jetzt aktiv",
    activeLately: "aktiv in den letzten 24 Stunden",
    signedIn: (when: string) => `angemeldet ${when}`,
    end: "Abmelden",
    endOf: (device: string) => `${device} abmelden`,
    ended: (device: string) => `${device} ist abgemeldet.`,
    endOthers: "Alle anderen Browser abmelden",
    endOthersHint: "Jeder andere Browser muss sich neu anmelden. Dieser Browser bleibt angemeldet.",
    endedOthers: "Alle anderen Browser sind abgemeldet.",
    failedToLoad: "Ihre Sitzungen konnten nicht geladen werden",
  },
};
