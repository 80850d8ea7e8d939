import type { MailTexts } from "./en.ts";

const changed: MailTexts["changed"] = {
  "password-changed": (host) => ({
    subject: "Ihr Passwort wurde geändert",
    text: `Ihr Konto bei ${host} hat ein neues Passwort, und alle anderen Browser sind abgemeldet.`,
  }),
  "password-reset": (host) => ({
    subject: "Ihr Passwort wurde zurückgesetzt",
    text: `Ihr Konto bei ${host} hat ein neues Passwort, das mit einem Link gesetzt wurde. Alle anderen Browser sind abgemeldet.`,
  }),
  "email-changed": (host) => ({
    subject: "Ihr Konto hat eine neue E-Mail-Adresse",
    text: `Ihr Konto bei ${host} hat jetzt diese E-Mail-Adresse.`,
  }),
  "second-factor-on": (host) => ({
    subject: "Anmeldung in zwei Schritten eingeschaltet",
    text: `Eine Anmeldung bei Ihrem Konto bei ${host} braucht jetzt einen Code der Authenticator-App.`,
  }),
  "second-factor-off": (host) => ({
    subject: "Anmeldung in zwei Schritten ausgeschaltet",
    text: `Eine Anmeldung bei Ihrem Konto bei ${host} braucht keinen Code der Authenticator-App mehr.`,
  }),
  "recovery-codes-renewed": (host) => ({
    subject: "Sie haben neue Wiederherstellungscodes",
    text: `Ihr Konto bei ${host} hat neue Wiederherstellungscodes. Die früheren funktionieren nicht mehr.`,
  }),
  "passkey-added": (host) => ({
    subject: "Ein Passkey wurde hinzugefügt",
    text: `Mit einem neuen Passkey kann man sich bei Ihrem Konto bei ${host} anmelden, ohne das Passwort.`,
  }),
  "passkey-removed": (host) => ({
    subject: "Ein Passkey wurde entfernt",
    text: `Ein Passkey wurde aus Ihrem Konto bei ${host} entfernt. Er meldet niemanden mehr an.`,
  }),
  "token-created": (host) => ({
    subject: "Ein API-Token wurde erstellt",
    text: `Ein neues API-Token handelt für Ihr Konto bei ${host}, ohne das Passwort.`,
  }),
  kept: (host) => ({
    subject: "Ihr Konto bleibt bestehen",
    text: `Ihr Konto bei ${host} ist wieder offen und wird nicht gelöscht.`,
  }),
};

export const german: MailTexts = {
  language: "de",
  locale: "de-DE",
  time: "Zeit",
  unsubscribe: "Diese E-Mails abbestellen",
  openSettings: "Einstellungen öffnen",
  openService: "Valet Key öffnen",
  ignore: "Wenn Sie das nicht wollten, ignorieren Sie diese E-Mail.",

  reset: {
    subject: "Wählen Sie ein neues Passwort",
    intro: (host) => `Jemand hat ein neues Passwort für Ihr Konto bei ${host} angefordert.`,
    button: "Neues Passwort wählen",
    life: "Der Link funktioniert eine Stunde lang und nur einmal.",
    ignore: "Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Ihr Passwort bleibt, wie es ist.",
  },
  proof: {
    subject: "Bestätigen Sie Ihre E-Mail-Adresse",
    intro: (email, host) =>
      `Bestätigen Sie, dass ${email} Ihre E-Mail-Adresse bei ${host} ist. Dann kann man Dateien über diese Adresse für Sie freigeben.`,
    button: "E-Mail-Adresse bestätigen",
    life: "Der Link funktioniert drei Tage lang, in einem Browser, in dem Sie angemeldet sind.",
    ignore: "Wenn Sie dieses Konto nicht erstellt haben, ignorieren Sie diese E-Mail.",
  },
  emailChange: {
    subject: "Bestätigen Sie Ihre neue E-Mail-Adresse",
    intro: (email, host) => `Jemand hat ${email} als neue E-Mail-Adresse für ein Konto bei ${host} gewählt.`,
    button: "Neue E-Mail-Adresse bestätigen",
    life: "Der Link funktioniert einen Tag lang, in einem Browser, in dem Sie angemeldet sind.",
    ignore: "Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Es ändert sich nichts.",
  },
  emailChanged: {
    subject: "Ihre E-Mail-Adresse wurde geändert",
    intro: (host) => `Ihr Konto bei ${host} hat jetzt eine andere E-Mail-Adresse. Diese gehört nicht mehr dazu.`,
    advice: "Wenn Sie das nicht waren, sagen Sie es sofort der Person, die den Dienst betreibt.",
  },
  closed: {
    subject: "Ihr Konto wurde gelöscht",
    intro: (host, date) => `Ihr Konto bei ${host} ist geschlossen. Es wird am ${date} endgültig gelöscht.`,
    keep: "Wenn Sie das Konto behalten möchten, melden Sie sich vorher an.",
    button: "Anmelden",
    advice: "Wenn Sie das nicht waren, behalten Sie das Konto, und wählen Sie sofort ein neues Passwort.",
  },
  changed,
  changeAdvice:
    "Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort, und beenden Sie die Sitzungen, die Sie nicht kennen.",
  passwordAdvice:
    "Wenn Sie das nicht waren, wählen Sie sofort ein anderes Passwort, mit einem Link an diese E-Mail-Adresse.",
  choosePassword: "Anderes Passwort wählen",
  newSignIn: {
    subject: "Eine neue Anmeldung bei Ihrem Konto",
    intro: (host) =>
      `Jemand hat sich bei Ihrem Konto bei ${host} angemeldet, in einem Browser, den es noch nicht kannte.`,
    browser: "Browser",
    ip: "IP-Adresse",
    device: (browser, system) => `${browser} auf ${system}`,
    unknown: "Unbekannt",
    button: "Sitzungen öffnen",
    fine: "Wenn Sie das waren, müssen Sie nichts tun.",
    advice: "Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort. Das meldet alle anderen Browser ab.",
    providerAdvice:
      "Wenn Sie das nicht waren, beenden Sie diese Sitzung sofort, und sichern Sie Ihr Konto beim Identitätsanbieter.",
  },
  invitation: {
    subject: (thing) =>
      thing === "note" ? "Eine Notiz ist für Sie freigegeben" : "Eine Datei ist für Sie freigegeben",
    intro: (thing, host) =>
      thing === "note"
        ? `Jemand hat bei ${host} eine Notiz für Sie freigegeben.`
        : `Jemand hat bei ${host} eine Datei für Sie freigegeben.`,
    button: (thing) => (thing === "note" ? "Notiz öffnen" : "Datei öffnen"),
    life: (end) => `Der Link ist für eine Person. Er funktioniert einmal, bis zum ${end}.`,
    expires: (end) => `Die Freigabe endet am ${end}.`,
    ignore: "Wenn Sie das nicht erwartet haben, ignorieren Sie diese E-Mail.",
  },
  accountInvitation: {
    subject: (host) => `Ein Konto bei ${host}`,
    intro: (host) => `Die Administration von ${host} lädt Sie ein, mit dieser E-Mail-Adresse ein Konto zu erstellen.`,
    button: "Konto erstellen",
    life: (end) => `Der Link ist nur für Sie. Er funktioniert einmal, bis zum ${end}.`,
  },
  accessRequest: {
    subject: "Jemand bittet um Zugriff auf eine Ihrer Notizen",
    intro: (host) => `Jemand bittet um Zugriff auf eine Ihrer Notizen bei ${host}.`,
    outro:
      "Die Notiz zeigt die Person. Sie können ihr erlauben, die Notiz anzusehen oder zu bearbeiten, oder ablehnen.",
  },
  code: {
    subject: "Ihr Code für einen Link",
    intro: (host) => `Jemand teilt bei ${host} Dateien mit Ihnen. Geben Sie diesen Code auf der Seite des Links ein:`,
    life: "Der Code funktioniert 15 Minuten lang und nur einmal.",
  },
  notices: {
    subjects: {
      shares: "Notizen und Dateien sind für Sie freigegeben",
      expiry: "Ihr Zugriff auf Notizen und Dateien endet",
      links: "Ihre Links werden benutzt",
      files: "Dateien sind angekommen",
      digest: "Die Tagesübersicht",
    },
    intro: (host) => `Neues von ${host}:`,
    outro: "In Ihren Einstellungen steht, welche E-Mails Sie bekommen.",
    note: ["Eine Notiz ist für Sie freigegeben.", (count) => `${count} Notizen sind für Sie freigegeben.`],
    file: ["Eine Datei ist für Sie freigegeben.", (count) => `${count} Dateien sind für Sie freigegeben.`],
    end: [
      (end) => `Ihr Zugriff auf etwas, das für Sie freigegeben ist, endet am ${end}.`,
      (count, end) => `Ihr Zugriff auf ${count} Notizen und Dateien endet, zuerst am ${end}.`,
    ],
    opened: [
      "Jemand hat einen Ihrer Links zum ersten Mal geöffnet.",
      (count) => `${count} Ihrer Links wurden zum ersten Mal geöffnet.`,
    ],
    downloaded: [
      "Jemand hat eine Datei von einem Ihrer Links heruntergeladen.",
      (count) => `${count} Dateien wurden von Ihren Links heruntergeladen.`,
    ],
    viewed: [
      "Jemand hat eine Datei eines Ihrer Links angesehen.",
      (count) => `${count} Dateien Ihrer Links wurden angesehen.`,
    ],
    claimed: [
      "Jemand hat Dateien von einem Ihrer Links abgeholt.",
      (count) => `Dateien Ihrer Links wurden ${count}-mal abgeholt.`,
    ],
    received: [
      "Über eine Ihrer Dateianfragen ist eine Datei angekommen.",
      (count) => `Über Ihre Dateianfragen sind ${count} Dateien angekommen.`,
    ],
    asked: [
      "Jemand bittet um Zugriff auf eine Ihrer Notizen.",
      (count) => `Es gibt ${count} Bitten um Zugriff auf Ihre Notizen.`,
    ],
    openNote: "Notiz öffnen",
    openLinks: "Ihre Links öffnen",
    openFiles: "Ihre Dateien öffnen",
  },
};
