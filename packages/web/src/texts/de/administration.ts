import type * as english from "../en/administration.ts";
import { formatBytes, formatCount, formatNumber, formatSpan } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };
const links = { one: "Link", other: "Links" };
const tries = { one: "Versuch", other: "Versuche" };
const tokens = { one: "API-Token", other: "API-Tokens" };
const received = { one: "Datei erhalten", other: "Dateien erhalten" };
const claims = { one: "Nutzung", other: "Nutzungen" };

export const administration: typeof english.administration = {
  title: "Administration",
  hint: "Sie sehen hier Namen und Größen, und keine Inhalte von Notizen und Dateien.",
  doctor: "Diese Installation prüfen",
  notYours: {
    title: "Diese Seite ist nur für die Administration",
    hint: "Wer diesen Dienst betreibt, bestimmt, wer ihn verwaltet.",
  },
  tabs: {
    label: "Was angezeigt wird",
    people: "Personen",
    links: "Links",
    policy: "Regeln",
    mail: "E-Mails",
    webhooks: "Webhooks",
    log: "Protokoll",
  },
  people: {
    failed: "Die Personen konnten nicht geladen werden",
    search: "Personen suchen",
    empty: "Niemand gefunden",
    emptyHint: "Suchen Sie nach einem Teil eines Namens oder einer E-Mail-Adresse.",
    administrator: "Administration",
    disabled: "Gesperrt",
    unproven: "E-Mail-Adresse nicht bestätigt",
    signedIn: (when: string) => `Angemeldet ${when}`,
    neverSignedIn: "Hier nie angemeldet",
    storage: (used: number, quota: number | null) =>
      quota === null ? `${formatBytes(used)} belegt` : `${formatBytes(used)} von ${formatBytes(quota)}`,
    files: (count: number, quota: number | null) =>
      quota === null ? formatCount(count, files) : `${formatNumber(count)} von ${formatCount(quota, files)}`,
    links: (count: number) => formatCount(count, links),
    disable: "Sperren",
    disableOf: (name: string) => `${name} sperren`,
    disableQuestion: (name: string) =>
      `${name} wird abgemeldet, und alle Sitzungen, API-Tokens und Links funktionieren sofort nicht mehr. Sie können die Person wieder entsperren.`,
    enable: "Entsperren",
    enableOf: (name: string) => `${name} entsperren`,
    revokeTokens: "Tokens widerrufen",
    revokeTokensOf: (name: string) => `Tokens widerrufen: ${name}`,
    revokeTokensQuestion: "Alle API-Tokens dieser Person funktionieren sofort nicht mehr. Sitzungen bleiben.",
    tokensRevoked: "Alle API-Tokens dieser Person sind widerrufen.",
    remove: "Löschen",
    removeOf: (name: string) => `${name} löschen`,
    removeQuestion:
      "Das Konto, seine Notizen und seine Dateien werden in 14 Tagen endgültig gelöscht. Bis dahin können Sie die Löschung abbrechen: Entsperren Sie die Person wieder.",
    deletedOn: (when: string) => `Endgültig gelöscht am ${when}`,
    quota: "Speicherlimit",
    quotaOf: (name: string) => `Speicherlimit von ${name}`,
    quotaField: "Speicherlimit in GB",
    quotaProblem: "Geben Sie eine Zahl von 0 bis 1.000.000 ein.",
    quotaFilesField: "Höchstens Dateien",
    quotaFilesProblem: "Geben Sie eine ganze Zahl ein.",
    quotaHint: "Ein leeres Feld bedeutet den Standard des Dienstes.",
    reset: "Neues Passwort",
    resetOf: (name: string) => `Link für ein neues Passwort von ${name} erstellen`,
    resetQuestion:
      "Wer den Link hat, kann ein neues Passwort setzen und sich anmelden. Geben Sie ihn nur dieser Person.",
    resetLink: "Link für ein neues Passwort",
    resetHint: "Er gilt einmal, 24 Stunden lang. Er wird nicht noch einmal angezeigt.",
  },
  invitations: {
    title: "Eine Person einladen",
    hint: "Die Person erstellt ein Konto mit dieser E-Mail-Adresse, auch wenn die Registrierung geschlossen ist. Sie bestätigen damit, dass die Adresse ihr gehört.",
    email: "E-Mail-Adresse",
    action: "Einladen",
    pending: "Wird eingeladen …",
    made: (email: string) =>
      `${email} ist eingeladen. Kopieren Sie die Einladung, und geben Sie sie nur dieser Person.`,
    mailed: (email: string) =>
      `${email} bekommt eine E-Mail. Sie können die Einladung auch kopieren und nur dieser Person geben.`,
    taken: "Es gibt schon ein Konto mit dieser E-Mail-Adresse.",
    wrong: "Das ist keine vollständige E-Mail-Adresse wie ann@example.com.",
    failed: "Die Einladungen konnten nicht geladen werden",
    label: "Offene Einladungen",
    invited: (when: string, who: string) => `Eingeladen ${when} von ${who}`,
    byCommand: (when: string) => `Eingeladen ${when} mit einem Befehl`,
    expires: (when: string) => `bis ${when}`,
    expired: "Abgelaufen",
    copy: "Einladung kopieren",
    copyOf: (email: string) => `Einladung kopieren: ${email}`,
    renew: "Neuer Link",
    renewOf: (email: string) => `Einen neuen Link für ${email} erstellen`,
    renewed: "Der neue Link gilt 30 Tage. Der alte funktioniert nicht mehr.",
    revoke: "Widerrufen",
    revokeOf: (email: string) => `Die Einladung von ${email} widerrufen`,
    revokeQuestion: "Der Link funktioniert nicht mehr. Sie können die Person wieder einladen.",
  },
  links: {
    failed: "Die Links konnten nicht geladen werden",
    empty: "Noch keine Links",
    emptyHint: "Links und Dateianfragen aller Personen erscheinen hier.",
    kinds: { download: "Link", upload: "Dateianfrage" },
    states: {
      live: "Offen",
      used_up: "Aufgebraucht",
      expired: "Abgelaufen",
      revoked: "Widerrufen",
      orphaned: "Die Dateien oder das Recht, sie zu teilen, gibt es nicht mehr",
      closed: "Geschlossen durch die Regeln dieses Dienstes",
    },
    of: (note: string, person: string) => `${note} · von ${person}`,
    expires: (when: string) => `bis ${when}`,
    forever: "ohne Ablauf",
    password: "Passwort",
    claims: (count: number) => formatCount(count, claims),
    received: (count: number, bytes: number) => `${formatCount(count, received)}, ${formatBytes(bytes)}`,
    revoke: "Widerrufen",
    revokeOf: (name: string) => `Den Link „${name}“ widerrufen`,
    revokeQuestion:
      "Niemand kann ihn mehr öffnen. Die Person, der er gehört, sieht, dass Sie ihn widerrufen haben. Das lässt sich nicht rückgängig machen.",
  },
  mail: {
    failed: "Die E-Mails konnten nicht geladen werden",
    empty: "Keine E-Mail wartet",
    emptyHint:
      "E-Mails erscheinen hier, bis sie gesendet sind. Eine E-Mail, die nicht gesendet werden kann, bleibt 30 Tage.",
    kinds: {
      "password-reset": "Neues Passwort",
      "email-proof": "Bestätigung einer E-Mail-Adresse",
      "email-change": "Bestätigung einer neuen E-Mail-Adresse",
      "email-changed": "Hinweis auf eine neue E-Mail-Adresse",
      "account-closed": "Hinweis auf ein gelöschtes Konto",
      "new-sign-in": "Warnung vor einer neuen Anmeldung",
      "account-changed": "Warnung vor einem geänderten Konto",
      invitation: "Einladung",
      "account-invitation": "Einladung, ein Konto zu erstellen",
      "access-request": "Zugriffsanfrage",
      "link-code": "Code für einen Link",
      shares: "Neues über Freigaben",
      expiry: "Neues über ablaufende Freigaben",
      links: "Neues über Links",
      files: "Neues über erhaltene Dateien",
      digest: "Tagesübersicht",
    } as Record<string, string>,
    waiting: (when: string) => `Nächster Versuch ${when}`,
    due: "Wird gesendet",
    givenUp: (when: string) => `Aufgegeben ${when}`,
    tries: (count: number) => formatCount(count, tries),
    again: "Noch einmal senden",
    againOf: (email: string) => `Noch einmal an ${email} senden`,
  },
  log: {
    failed: "Das Protokoll konnte nicht geladen werden",
    empty: "Noch ist nichts geschehen",
    emptyHint: "Alles, was die Administration tut, steht hier.",
    command: "Ein Befehl auf dem Server",
    // The page shows the name of a person after each text. With a verb in the past tense, the verb stands before the name.
    acts: {
      "person.made_administrator": () => "gab Rechte der Administration an",
      "person.email_proven": () => "bestätigte die E-Mail-Adresse von",
      "person.disabled": () => "sperrte",
      "person.enabled": () => "entsperrte",
      "person.quota_changed": ({ quotaBytes, quotaFiles }) => {
        const bytes = typeof quotaBytes === "number" ? [formatBytes(quotaBytes)] : [];
        const number = typeof quotaFiles === "number" ? [formatCount(quotaFiles, files)] : [];
        const most = [...bytes, ...number].join(" und ");
        return most === "" ? "setzte das übliche Speicherlimit für" : `setzte ein Speicherlimit von ${most} für`;
      },
      "person.reset_link_made": () => "erstellte einen Link für ein neues Passwort von",
      "person.second_factor_removed": () => "entfernte den zweiten Faktor von",
      "person.email_changed": () => "änderte die E-Mail-Adresse von",
      "person.deleted": () => "löschte",
      "person.tokens_revoked": ({ count }) => `widerrief ${formatCount(Number(count), tokens)} von`,
      "link.revoked": ({ label, kind }) => {
        const [one, the] = kind === "upload" ? ["eine Dateianfrage", "die Dateianfrage"] : ["einen Link", "den Link"];
        return label === "" ? `widerrief ${one} von` : `widerrief ${the} „${label}“ von`;
      },
      "mail.retried": ({ email }) => `sendete noch einmal eine E-Mail an ${email}`,
      "webhook.created": ({ host }) => `fügte einen Webhook zu ${host} hinzu`,
      "webhook.updated": ({ host }) => `änderte den Webhook zu ${host}`,
      "webhook.secret_rotated": ({ host }) => `erstellte ein neues Geheimnis für den Webhook zu ${host}`,
      "policy.changed": ({ name, from, to }) =>
        `änderte die Regel „${ruleName(name)}“ von ${ruleValue(name, from)} auf ${ruleValue(name, to)}`,
      "invitation.created": ({ email }) => `lud ${email} ein`,
      "invitation.renewed": ({ email }) => `erstellte eine neue Einladung für ${email}`,
      "invitation.revoked": ({ email }) => `widerrief die Einladung von ${email}`,
      "webhook.deleted": ({ host }) => `löschte den Webhook zu ${host}`,
    } as Record<string, (detail: Record<string, string | number | null>) => string>,
  },
};

export const policyTexts: typeof english.policyTexts = {
  hint: "Änderungen gelten nach wenigen Sekunden. Vorher ausgestellte URLs funktionieren bis zu ihrem Ablauf.",
  failed: "Die Regeln konnten nicht geladen werden",
  rules: {
    "sign-up": {
      title: "Wer ein Konto erstellen darf",
      hint: "Bestehende Konten bleiben. Ihre eigenen Einladungen funktionieren in jedem Fall.",
      choices: { open: "Alle", invited: "Personen mit einer Einladung", closed: "Niemand" },
    },
    "proven-email": {
      title: "Freigaben an eine E-Mail-Adresse",
      hint: "Eine unbestätigte Adresse zählt, wenn ein einziges Konto sie hat. Bestehende Freigaben bleiben. Der Link einer Einladung funktioniert in jedem Fall.",
      choices: {
        required: "Nur bestätigte Adressen",
        optional: "Auch unbestätigte Adressen",
      },
    },
    "link-max-expiry": {
      title: "Längste Lebensdauer eines Links",
      hint: "Sie zählt ab der Erstellung und gilt auch für bestehende Links. Ein älterer Link öffnet sich wieder, wenn Sie mehr erlauben.",
    },
    "link-password": {
      title: "Passwort eines Links",
      hint: "Wenn Sie eines verlangen, bleiben bestehende Links ohne Passwort geschlossen, bis sie eines bekommen.",
      choices: { required: "Erforderlich", optional: "Freiwillig" },
    },
    "url-ttl-max": {
      title: "Längste Download-URL, wenn einem die Datei gehört",
      hint: "Eine kürzere Grenze hier gilt auch für alle anderen.",
    },
    "url-ttl-max-shared": {
      title: "Längste Download-URL für alle anderen",
      hint: "Wählen Sie sie kurz. Eine URL funktioniert bis zu ihrem Ablauf, auch nach dem Widerruf der Freigabe.",
    },
  },
  noLimit: "Unbegrenzt",
  fixed: (variable: string) => `Auf dem Server in ${variable} gesetzt. Nur dort lässt es sich ändern.`,
  byAdministrator: "Von der Administration geändert.",
  byDefault: "Das ist der Standard.",
  reset: (value: string) => `Standard verwenden: ${value}`,
  saved: "Gespeichert.",
};

type Value = string | number | null | undefined;

export function ruleName(name: Value): string {
  return policyTexts.rules[String(name)]?.title ?? String(name);
}

export function ruleValue(name: Value, value: Value): string {
  if (value == null) return policyTexts.noLimit;
  if (typeof value === "number") return formatSpan(value);
  return policyTexts.rules[String(name)]?.choices?.[value] ?? value;
}
