import type * as english from "../en/administration.ts";
import { formatBytes, formatCount, formatNumber, formatSpan } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };
const received = { one: "Datei erhalten", other: "Dateien erhalten" };
const tries = { one: "Versuch", other: "Versuche" };
const tokens = { one: "API-Token", other: "API-Tokens" };
const claims = { one: "Download", other: "Downloads" };

export const administration: typeof english.administration = {
  title: "Administration",
  hint: "Sie sehen hier Namen und Größen, und keine Inhalte von Notizen und Dateien.",
  notYours: {
    title: "Diese Seite ist nur für die Administration",
    hint: "Wenn Sie sie brauchen, bitten Sie die Administration oder die Person, die diesen Dienst betreibt.",
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
    searchHint: "Name oder E-Mail",
    empty: "Niemand gefunden",
    emptyHint: "Suchen Sie nach einem Teil eines Namens oder einer E-Mail-Adresse.",
    columns: {
      seen: "Zuletzt hier",
      used: "Speicher",
      links: "Links",
    },
    active: "Aktiv",
    administrator: "Administration",
    disabled: "Gesperrt",
    unproven: "E-Mail unbestätigt",
    neverSeen: "Nie angemeldet",
    storage: (used: number, quota: number | null) =>
      quota === null ? formatBytes(used) : `${formatBytes(used)} von ${formatBytes(quota)}`,
    files: (count: number, quota: number | null) =>
      quota === null ? formatCount(count, files) : `${formatNumber(count)} von ${formatCount(quota, files)}`,
    nothing: "Keine Dateien",
    links: (count: number) => (count >= 1_000 ? `${formatNumber(count)}+` : formatNumber(count)),
    menuOf: (name: string) => `Aktionen für ${name}`,
    disable: "Sperren …",
    disableOf: (name: string) => `${name} sperren?`,
    disableQuestion:
      "Diese Person wird abgemeldet. Alle Sitzungen, API-Tokens und Links funktionieren sofort nicht mehr. Sie können die Person wieder entsperren.",
    disableNow: "Sperren",
    enable: "Entsperren",
    revokeTokens: "API-Tokens beenden …",
    revokeTokensOf: (name: string) => `Alle API-Tokens von ${name} beenden?`,
    revokeTokensQuestion: "Programme mit diesen Tokens verlieren sofort den Zugriff. Die Person bleibt angemeldet.",
    revokeTokensNow: "API-Tokens beenden",
    tokensRevoked: (name: string) => `Alle API-Tokens von ${name} sind widerrufen.`,
    remove: "Löschen …",
    removeOf: (name: string) => `${name} löschen?`,
    removeQuestion:
      "Das Konto, seine Notizen und seine Dateien werden in 14 Tagen endgültig gelöscht. Bis dahin können Sie die Löschung abbrechen: Entsperren Sie die Person wieder.",
    removeNow: "Löschen",
    deletedIn: (left: string) => `Löschung: noch ${left}`,
    quota: "Speicher begrenzen …",
    quotaOf: (name: string) => `Speicher von ${name}`,
    quotaField: "Höchstens GB",
    quotaProblem: "Geben Sie eine Zahl von 0 bis 1.000.000 ein.",
    quotaFilesField: "Höchstens Dateien",
    quotaFilesProblem: "Geben Sie eine ganze Zahl ein.",
    quotaHint: (used: number, count: number) =>
      `Jetzt belegt: ${formatBytes(used)} und ${formatCount(count, files)}. Eine niedrigere Grenze löscht nichts, verhindert aber neue Dateien. Lassen Sie ein Feld für den Standard des Dienstes leer.`,
    quotaDefault: (value: string | undefined) => (value === undefined ? "Standard" : `Standard: ${value}`),
    quotaNone: "unbegrenzt",
    reset: "Neues Passwort …",
    resetOf: (name: string) => `Neues Passwort für ${name}`,
    resetQuestion:
      "Wer den Link hat, kann ein neues Passwort setzen und sich anmelden. Geben Sie ihn nur dieser Person.",
    resetNow: "Link erstellen",
    resetLink: "Link für ein neues Passwort",
    resetGive: (name: string) =>
      `Kopieren Sie diesen Link, und geben Sie ihn nur ${name}. Die Seite des Links fragt nach einem neuen Passwort.`,
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
    label: "Einladungen",
    invited: (who: string) => `Eingeladen von ${who}`,
    byCommand: "Über die Kommandozeile eingeladen",
    copy: "Einladung kopieren",
    copyOf: (email: string) => `Einladung von ${email}`,
    copied: (email: string) => `Die Einladung von ${email} ist kopiert.`,
    renew: "Neue Einladung",
    renewed: "Die neue Einladung gilt 30 Tage. Die alte funktioniert nicht mehr.",
    revoke: "Zurückziehen …",
    revokeOf: (email: string) => `Die Einladung von ${email} zurückziehen?`,
    revokeQuestion: "Die Einladung funktioniert nicht mehr. Sie können die Person wieder einladen.",
    revokeNow: "Zurückziehen",
  },
  links: {
    failed: "Die Links konnten nicht geladen werden",
    empty: "Noch keine Links",
    emptyHint: "Links und Dateianfragen aller Personen erscheinen hier.",
    search: "Links suchen",
    searchHint: "Name, Notiz oder Person",
    none: { title: "Kein Link gefunden", hint: "Suchen Sie nach einem Teil des Namens, der Notiz oder der Person." },
    request: "Dateianfrage",
    states: {
      live: "Offen",
      used_up: "Aufgebraucht",
      expired: "Abgelaufen",
      revoked: "Beendet",
      orphaned: "Die Dateien wurden gelöscht",
      closed: "Durch Regeln geschlossen",
    },
    columns: { by: "Erstellt von", used: "Genutzt", state: "Zustand" },
    whole: "Alle Dateien",
    files: (count: number) => formatCount(count, files),
    revokedAt: (when: string) => `Beendet ${when}`,
    password: "Passwort",
    claims: (count: number) => formatCount(count, claims),
    received: (count: number, bytes: number) =>
      `${formatCount(count, received)}${count === 0 ? "" : `, ${formatBytes(bytes)}`}`,
    revoke: "Beenden",
    revokeOf: (name: string) => `Den Link „${name}“ beenden`,
    revokeQuestion:
      "Diesen Link beenden? Dann kann ihn niemand mehr öffnen. Die Person, der er gehört, sieht, dass Sie ihn beendet haben. Das lässt sich nicht rückgängig machen.",
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
      "sent-link": "Link, den eine Person gesendet hat",
      shares: "Neues über Freigaben",
      expiry: "Neues über ablaufende Freigaben",
      links: "Neues über Links",
      files: "Neues über erhaltene Dateien",
      digest: "Tagesübersicht",
    } as Record<string, string>,
    waiting: (when: string) => `Nächster Versuch ${when}`,
    columns: { to: "Nicht zugestellt", tries: "Versuche" },
    problem: (text: string) => `Antwort des Mailservers: ${text}`,
    due: "Bald nächster Versuch",
    givenUp: (when: string) => `Aufgegeben ${when}`,
    tries: (count: number) => formatCount(count, tries),
    again: "Erneut senden",
    againOf: (email: string) => `Erneut senden an ${email}`,
  },
  log: {
    failed: "Das Protokoll konnte nicht geladen werden",
    empty: "Noch ist nichts geschehen",
    emptyHint: "Alles, was die Administration tut, steht hier.",
    command: "Der Betreiber des Servers",
    // The page shows the name of a person after each text, so the verb in the past tense comes before the name.
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
        return label === "" ? `beendete ${one} von` : `beendete ${the} „${label}“ von`;
      },
      "mail.retried": ({ email }) => `sendete eine fehlgeschlagene E-Mail an ${email} noch einmal`,
      "webhook.created": ({ host }) => `fügte einen Webhook zu ${host} hinzu`,
      "webhook.updated": ({ host }) => `änderte den Webhook zu ${host}`,
      "webhook.secret_rotated": ({ host }) => `erstellte ein neues Geheimnis für den Webhook zu ${host}`,
      "bucket.move_started": ({ from, to }) => `begann, alle Dateien von Bucket ${from} in Bucket ${to} zu verschieben`,
      "bucket.move_ended": ({ from, to, objects }) => `verschob ${objects} Objekte von Bucket ${from} in Bucket ${to}`,
      "policy.changed": ({ name, from, to }) =>
        `änderte die Regel „${ruleName(name)}“ von „${ruleValue(name, from)}“ auf „${ruleValue(name, to)}“`,
      "invitation.created": ({ email }) => `lud ${email} ein`,
      "invitation.renewed": ({ email }) => `erstellte eine neue Einladung für ${email}`,
      "invitation.revoked": ({ email }) => `widerrief die Einladung von ${email}`,
      "webhook.deleted": ({ host }) => `löschte den Webhook zu ${host}`,
    } as Record<string, (detail: Record<string, string | number | null>) => string>,
  },
};

export const policyTexts: typeof english.policyTexts = {
  hint: "Änderungen gelten nach wenigen Sekunden.",
  failed: "Die Regeln konnten nicht geladen werden",
  rules: {
    "sign-up": {
      title: "Wer ein Konto erstellen darf",
      hint: "Bestehende Konten bleiben, und Ihre eigenen Einladungen funktionieren in jedem Fall.",
      choices: { open: "Alle", invited: "Personen mit einer Einladung", closed: "Niemand" },
    },
    "proven-email": {
      title: "Welche E-Mail-Adressen Freigaben erhalten",
      hint: "Wenn nur bestätigte: Eine Freigabe wartet, bis die Person die Adresse bestätigt.",
      choices: { required: "Nur bestätigte", optional: "Auch unbestätigte" },
    },
    "link-max-expiry": {
      title: "Längste Lebensdauer eines Links",
      hint: "Ältere Links schließen sich und öffnen sich wieder, wenn Sie mehr erlauben.",
    },
    "link-password": {
      title: "Passwort eines Links",
      hint: "Ist es erforderlich, bleiben bestehende Links ohne Passwort geschlossen, bis sie eines bekommen.",
      choices: { required: "Erforderlich", optional: "Freiwillig" },
    },
    "url-ttl-max": {
      title: "Längste Zeit bis zum Beginn eines Downloads: Eigentümer der Datei",
      hint: "Programme können einen Download vorbereiten und so lange danach noch beginnen. Eine Änderung gilt nur für Downloads, die ab jetzt vorbereitet werden. Im Browser beginnt ein Download sofort.",
    },
    "url-ttl-max-shared": {
      title: "Längste Zeit bis zum Beginn eines Downloads: alle anderen",
      hint: "Nie länger als für den Eigentümer. Ein Download, der vor dem Ende einer Freigabe vorbereitet wurde, kann in dieser Zeit noch beginnen.",
    },
  },
  noLimit: "Unbegrenzt",
  fixed: "In der Konfiguration des Servers festgelegt.",
  reset: (value: string) => `Auf den Standard zurücksetzen: ${value}`,
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
