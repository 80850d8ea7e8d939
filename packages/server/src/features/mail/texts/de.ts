import type { LinkName, MailTexts, Thing } from "./en.ts";

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

const somebody = (by: string | undefined) => by ?? "Jemand";
const thingCalled = (thing: Thing, name: string | undefined) => {
  const noun = thing === "note" ? "Notiz" : "Datei";
  return name === undefined ? `eine ${noun}` : `die ${noun} „${name}“`;
};
const yourNote = (name: string | undefined) => (name === undefined ? "eine Ihrer Notizen" : `Ihre Notiz „${name}“`);
const yourLink = ({ label, note }: LinkName) => {
  if (label !== undefined) return `Ihren Link „${label}“`;
  return note === undefined ? "einen Ihrer Links" : `einen Link Ihrer Notiz „${note}“`;
};
const yourRequest = ({ label, note }: LinkName) => {
  if (label !== undefined) return `Ihre Dateianfrage „${label}“`;
  return note === undefined ? "eine Ihrer Dateianfragen" : `eine Dateianfrage Ihrer Notiz „${note}“`;
};
const filesOf = (count: number) => (count === 1 ? "eine Datei" : `${count} Dateien`);

export const german: MailTexts = {
  language: "de",
  locale: "de-DE",
  time: "Zeit",
  unsubscribe: "Diese E-Mails abbestellen",
  opens: "Diese Schaltfläche öffnet",
  openSettings: "Einstellungen öffnen",
  openService: (name) => `${name} öffnen`,
  ignore: "Wenn Sie das nicht wollten, ignorieren Sie diese E-Mail.",
  reasons: {
    account: (host) =>
      `Sie erhalten diese E-Mail, weil ein Konto bei ${host} diese E-Mail-Adresse hat. E-Mails zur Sicherheit eines Kontos senden wir immer.`,
    entered: (host) => `Sie erhalten diese E-Mail, weil jemand diese E-Mail-Adresse bei ${host} eingegeben hat.`,
    former: (host) => `Sie erhalten diese E-Mail, weil ein Konto bei ${host} diese E-Mail-Adresse hatte.`,
    invited: (by, host) =>
      `Sie erhalten diese E-Mail, weil ${by ?? "jemand"} Ihre E-Mail-Adresse bei ${host} eingegeben hat.`,
    topic: (host) =>
      `Sie erhalten diese E-Mail, weil Sie ein Konto bei ${host} haben. Dort wählen Sie in den Einstellungen, welche E-Mails Sie erhalten.`,
  },

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
    life: "Der Link ist für eine Person und funktioniert einmal.",
    openBy: (end) => `Öffnen Sie ihn bis ${end}.`,
    access: (end) => `Sie haben Zugriff bis ${end}.`,
    ignore: "Wenn Sie das nicht erwartet haben, ignorieren Sie diese E-Mail.",
  },
  accountInvitation: {
    subject: (host) => `Ein Konto bei ${host}`,
    intro: (by, host) =>
      `${by ?? "Die Administration"} lädt Sie ein, bei ${host} mit dieser E-Mail-Adresse ein Konto zu erstellen.`,
    button: "Konto erstellen",
    life: (end) => `Der Link ist nur für Sie. Er funktioniert einmal, bis zum ${end}.`,
  },
  accessRequest: {
    outro:
      "In der Notiz sehen Sie, wer fragt. Sie können der Person erlauben, die Notiz anzusehen oder zu bearbeiten, oder ablehnen.",
  },
  code: {
    subject: "Ihr Code für einen Link",
    intro: (by) => `${somebody(by)} teilt Dateien mit Ihnen. Geben Sie diesen Code auf der Seite des Links ein:`,
    life: "Der Code funktioniert 15 Minuten lang und nur einmal.",
  },
  sentLink: {
    subject: {
      download: (email) => `${email} sendet Ihnen einen Link`,
      upload: (email) => `${email} bittet Sie um Dateien`,
    },
    intro: {
      download: ({ sender, label }) =>
        `${sender} sendet Ihnen ${label === undefined ? "einen Link zu Dateien" : `den Link „${label}“`}.`,
      upload: ({ sender, label }) =>
        label === undefined ? `${sender} bittet Sie um Dateien.` : `${sender} bittet Sie um Dateien: „${label}“.`,
    },
    button: { download: "Link öffnen", upload: "Dateien senden" },
    life: (end) => `Der Link funktioniert bis ${end}.`,
    password: (email) => `Der Link hat ein Passwort. Fragen Sie ${email} danach.`,
    code: "Die Seite des Links fragt nach Ihrer E-Mail-Adresse und sendet Ihnen einen Code.",
    everybody: "Wer den Link hat, kann ihn öffnen.",
    answer: (email) => `Eine Antwort auf diese E-Mail geht an ${email}.`,
    seen: "Der Absender sieht, ob der Link in dieser E-Mail geöffnet und benutzt wurde. Wenn Sie den Absender nicht kennen, ignorieren Sie diese E-Mail.",
  },
  notices: {
    subjects: {
      shares: "Notizen und Dateien sind für Sie freigegeben",
      expiry: "Ihr Zugriff auf Notizen und Dateien endet",
      links: "Neues von Ihren Links",
      files: "Sie haben Dateien erhalten",
      digest: "Ihr Tag in einer E-Mail",
    },
    more: (count) => `Und ${count} weitere.`,
    shared: ({ by, thing, name, count }) => {
      const several = `${count} ${thing === "note" ? "Notizen" : "Dateien"}`;
      return `${somebody(by)} hat ${count > 1 ? several : thingCalled(thing, name)} für Sie freigegeben.`;
    },
    ends: (thing, name, end) =>
      `Ihr Zugriff auf ${name === undefined ? `${thingCalled(thing, name)}, die für Sie freigegeben ist,` : thingCalled(thing, name)} endet am ${end}.`,
    opened: (link) => `Jemand hat ${yourLink(link)} zum ersten Mal geöffnet.`,
    downloaded: (by, files, link) => `${somebody(by)} hat ${filesOf(files)} über ${yourLink(link)} heruntergeladen.`,
    downloadedOften: (files, link) => `${files} Dateien wurden über ${yourLink(link)} heruntergeladen.`,
    viewed: (by, files, link) => `${somebody(by)} hat ${filesOf(files)} über ${yourLink(link)} angesehen.`,
    viewedOften: (files, link) => `${files} Dateien wurden über ${yourLink(link)} angesehen.`,
    received: (files, link) => `Sie haben über ${yourRequest(link)} ${filesOf(files)} erhalten.`,
    asked: (by, name) => `${somebody(by)} bittet um Zugriff auf ${yourNote(name)}.`,
    openNote: "Notiz öffnen",
    openFile: "Datei öffnen",
    openLinks: "Ihre Links öffnen",
    openFiles: "Ihre Dateien öffnen",
  },
};
