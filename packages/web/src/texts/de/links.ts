import type { linkTexts as english, Will } from "../en/links.ts";
import { formatCount } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };
const opened = { one: "Mal geöffnet", other: "Mal geöffnet" };
const claims = { one: "Download", other: "Downloads" };
const people = { one: "Person", other: "Personen" };
const ended = { one: "beendeter Link", other: "beendete Links" };
const received = { one: "Datei erhalten", other: "Dateien erhalten" };

function who({ people, isNew }: Will): string {
  if (people === 0) return isNew ? "Wer den neuen Link hat, kann" : "Wer den Link hat, kann";
  return people === 1 ? "Nur die genannte Person kann" : `Nur die ${people} genannten Personen können`;
}

function limits({ hasPassword, downloads }: Will): string {
  const password = hasPassword ? ", mit dem Passwort" : "";
  if (downloads === undefined) return password;
  return `${password}${downloads === 1 ? ", nur einmal" : `, insgesamt ${downloads}-mal`}`;
}

export const linkTexts: typeof english = {
  existing: { note: "Links zu dieser Notiz", file: "Links, die diese Datei öffnen" },
  others: { note: "Andere Links zu dieser Notiz", file: "Andere Links, die diese Datei öffnen" },
  create: "Neuer Link",
  creating: "Wird erstellt …",
  requestFiles: "Stattdessen Dateien anfragen",
  requestFilesHint: "Mit einem solchen Link senden andere Ihnen Dateien.",
  fileRequest: "Dateianfrage",
  opens: {
    whole: "Alle Dateien der Notiz",
    files: (first: string, others: number) => `${first} und ${others} weitere`,
  },
  off: "Wer diesen Dienst betreibt, hat Links abgeschaltet. Links, die Sie früher erstellt haben, sind für Besucher geschlossen.",
  failed: "Die Links konnten nicht geladen werden",
  list: "Links",
  page: {
    title: "Links",
    filter: "Was angezeigt wird",
    filters: { all: "Alle", download: "Geteilte Dateien", upload: "Dateianfragen" },
    empty: {
      title: "Noch keine Links",
      hint: "Ein Link gibt Dateien an Personen ohne Konto oder lässt sie Ihnen Dateien senden. Teilen Sie eine Notiz, um einen zu erstellen.",
    },
    emptyOf: { download: "Sie haben keine Links zu Dateien.", upload: "Sie haben keine Dateianfragen." },
  },
  made: (when: string) => `Erstellt ${when}`,
  revoked: (when: string) => `Beendet ${when}`,
  ended: (count: number | undefined) => (count === undefined ? "Beendete Links" : formatCount(count, ended)),
  again: { download: "Neuer Link wie dieser", upload: "Neue Anfrage wie diese" },
  againHint:
    "Ein neuer Link hat eine neue Adresse, aber dieselben Einstellungen und dieselbe Dauer. Der alte bleibt beendet.",
  againOf: {
    download: (name: string) => `Neuer Link wie dieser: „${name}“`,
    upload: (name: string) => `Neue Anfrage wie diese: „${name}“`,
  },
  endedBecause: {
    used_up: {
      download: "Alle Downloads sind verbraucht. Erlauben Sie mehr, um den Link wieder zu öffnen.",
      upload: "Alle angefragten Dateien sind angekommen.",
    },
    closed: "Dieser Dienst verlangt ein Passwort. Mit einem Passwort können Besucher ihn wieder öffnen.",
    orphaned: "Seine Dateien wurden gelöscht, oder die Person, die ihn erstellt hat, darf sie nicht mehr teilen.",
    password:
      "Der Dienst kennt sein Passwort nicht. Erstellen Sie in der Notiz einen neuen Link mit einem neuen Passwort.",
    ofAnother: "Jemand anderes hat ihn erstellt. Erstellen Sie in der Notiz einen eigenen Link.",
  },
  hasPassword: "Passwort",
  forRecipients: (count: number) => (count === 0 ? "Für bestimmte Personen" : `Für ${formatCount(count, people)}`),
  counts: {
    none: "Noch nicht geöffnet",
    never: "Nie geöffnet",
    opened: (count: number) => formatCount(count, opened),
    claims: (count: number) => formatCount(count, claims),
    claimsOf: (count: number, maxClaims: number) => `${count} von ${formatCount(maxClaims, claims)}`,
    received: (count: number, maxFiles: number) => `${count} von ${formatCount(maxFiles, received)}`,
  },
  copy: "Kopieren",
  copyOf: (name: string) => `Den Link „${name}“ kopieren`,
  field: "Adresse des Links",
  byHand:
    "Dieser Browser kann nicht selbst kopieren. Der Link ist markiert: Kopieren Sie ihn mit der Tastatur oder dem Menü.",
  onlyHere: "Nur dieser Computer kann diesen Link öffnen.",
  copiedAnnouncement: (expiry: string) => `Der Link ist kopiert. ${expiry}.`,
  code: (name: string) => `QR-Code des Links „${name}“`,
  showCode: "QR-Code anzeigen",
  hideCode: "QR-Code verbergen",
  moreOf: (name: string) => `Mehr zum Link „${name}“`,
  edit: "Ändern",
  editOf: (name: string) => `Den Link „${name}“ ändern`,
  newUrl: {
    action: "Link ersetzen …",
    confirm: "Link ersetzen",
    question: "Der alte Link funktioniert sofort nicht mehr. Alle, die ihn haben, brauchen den neuen.",
    copiedAnnouncement: "Der neue Link ist kopiert. Der alte funktioniert nicht mehr.",
  },
  revoke: {
    action: "Beenden",
    confirm: "Beenden",
    question: "Diesen Link beenden? Dann kann ihn niemand mehr öffnen. Das lässt sich nicht rückgängig machen.",
    lastUrl: (left: string) => `Ein gerade geöffneter Download gilt noch ${left} lang.`,
    noUrl: "Niemand kann damit noch etwas herunterladen.",
  },
  send: {
    action: "Per E-Mail senden …",
    title: (name: string) => `Den Link „${name}“ senden`,
    to: "Senden an",
    chosen: "Personen, die den Link erhalten",
    message: "Nachricht (freiwillig)",
    messageHint: "Die Webadresse kann in der E-Mail niemand anklicken.",
    consequence: (email: string) => `Jede Person erhält eine E-Mail mit dem Link. Antworten gehen an ${email}.`,
    password: "Das Passwort des Links steht nicht in der E-Mail. Teilen Sie es auf einem anderen Weg mit.",
    send: (count: number) => (count === 0 ? "Senden" : `An ${formatCount(count, people)} senden`),
    sendToOthers: ([email, ...others]: readonly string[]) =>
      `Nur an ${others.length === 0 ? email : `die anderen ${others.length + 1} Personen`} senden`,
    sending: "Wird gesendet …",
    sent: (emails: readonly string[]) =>
      `Sie haben den Link an ${emails.length > 3 ? formatCount(emails.length, people) : emails.join(", ")} gesendet.`,
    unproven: "Antworten gehen an Ihre E-Mail-Adresse. Bestätigen Sie sie deshalb zuerst.",
    openSettings: "Einstellungen öffnen",
    tooMany: (max: number, count: number) => `Geben Sie höchstens ${max} E-Mail-Adressen ein. Das sind ${count}.`,
    oneOfThem: "Eine dieser Personen",
    notSent: "Ihre E-Mail hat noch niemand erhalten.",
    problems: {
      limit: (max: number, wait: string) =>
        `Sie können Links an ${max} Personen am Tag senden. Niemand hat diese E-Mail erhalten. Senden Sie sie an weniger Personen, oder versuchen Sie es in ${wait} noch einmal.`,
      notNow: (email: string) =>
        `${email} kann heute keine E-Mails mehr erhalten. Versuchen Sie es morgen noch einmal.`,
      notListed: (email: string) =>
        `Der Link ist nur für bestimmte Personen, und ${email} gehört nicht dazu. Nehmen Sie ${email} zuerst in den Link auf.`,
    },
  },
  receivers: {
    list: "Personen, die den Link per E-Mail erhalten haben",
    people: (count: number) => `An ${formatCount(count, people)} gesendet`,
    visited: (count: number) => `${count} geöffnet`,
    used: {
      download: (count: number) => `${count} heruntergeladen`,
      upload: (count: number) => `${count} mit Dateien`,
    },
    notDelivered: (count: number) => `${count} nicht zugestellt`,
    states: {
      waiting: "Unterwegs",
      sent: "Gesendet",
      visited: "Geöffnet",
      used: { download: "Heruntergeladen", upload: "Dateien gesendet" },
      not_delivered: "Nicht zugestellt",
    },
    when: (state: string, when: string) => `${state} ${when}`,
    oldUrl: (state: string) => `${state} · der alte Link, der nicht mehr funktioniert`,
    correct: "E-Mail-Adresse korrigieren",
    correctOf: (email: string) => `E-Mail-Adresse korrigieren: ${email}`,
    sendNew: "Neuen Link senden",
    sendNewOf: (email: string) => `Neuen Link senden an ${email}`,
    hint: "„Geöffnet“ heißt: Jemand hat den Link in der E-Mail an diese Person geöffnet.",
    hintProven: "Jede Person weist ihre E-Mail-Adresse mit einem Code aus einer E-Mail nach.",
  },
  form: {
    editTitle: (name: string) => `„${name}“ bearbeiten`,
    requestTitle: "Dateien anfragen",
    label: "Name des Links",
    requestLabel: "Worum geht es?",
    requestLabelPlaceholder: "Zum Beispiel: Unterlagen für den Antrag",
    labelHint: "Auch Besucher sehen ihn.",
    message: "Nachricht an Besucher",
    lasts: "Gültigkeit",
    date: "Datum …",
    dateOrNoEnd: "Datum oder kein Ende …",
    unchanged: (expiry: string) => `${expiry} (unverändert)`,
    asksPassword: "Mit einem Passwort schützen",
    passwordRequired: "Dieser Dienst verlangt für jeden Link ein Passwort.",
    password: "Passwort",
    newPassword: "Neues Passwort",
    passwordHint: "Mindestens 6 Zeichen. Teilen Sie es Ihren Besuchern in einer anderen Nachricht mit.",
    passwordKept:
      "Lassen Sie es leer, um das Passwort zu behalten. Ein neues meldet alle ab, die das alte eingegeben haben.",
    passwordShort: "Verwenden Sie mindestens 6 Zeichen.",
    passwordMissing: (min: number) => `Geben Sie ein Passwort mit mindestens ${min} Zeichen ein.`,
    maxClaims: "Download-Limit",
    countProblem: (max: string) => `Geben Sie eine ganze Zahl von 1 bis ${max} ein.`,
    sizeProblem: (max: string) => `Geben Sie eine Größe bis ${max} ein.`,
    files: "Dateien",
    filesWhole: "Alle Dateien der Notiz, auch solche, die später dazukommen",
    filesMissing: "Wählen Sie mindestens eine Datei.",
    filesFailed: "Die Dateien der Notiz konnten nicht geladen werden.",
    longest: (span: string) => `Dieser Dienst erlaubt höchstens ${span}.`,
    recipients: "Nur diese Personen können ihn öffnen",
    everyone: "Alle, die den Link haben",
    recipientsHint: "Geben Sie E-Mail-Adressen ein. Jede Person erhält einen Code per E-Mail.",
    recipientsProblem: (wrong) =>
      wrong.length === 1
        ? `„${wrong[0]}“ ist keine E-Mail-Adresse.`
        : `Das sind keine E-Mail-Adressen: ${wrong.map((one) => `„${one}“`).join(", ")}.`,
    recipientsTooMany: (count: number) => `Geben Sie höchstens ${count} E-Mail-Adressen ein.`,
    showPreviews: "Bilder vor dem Download zeigen",
    showPreviewsHint: "Besucher sehen kleine Bilder der Dateien. Das zählt nicht als Download.",
    notify: { me: "E-Mail an mich", owner: "E-Mail an die Person, der die Notiz gehört" },
    notifyUsual: "Wie in den Einstellungen für E-Mails",
    notifies: {
      download: { never: "Nie", first: "Beim ersten Besuch und beim ersten Download", each: "Bei jedem Download" },
      upload: { never: "Nie", first: "Bei der ersten Datei", each: "Bei jeder Datei" },
    },
    more: (content) => `Mehr: ${content.join(", ")}`,
    rare: {
      name: "Name",
      message: "Nachricht",
      pictures: "Bilder",
      limit: "Limit",
      people: "Personen",
      review: "Prüfung",
      limits: "Grenzen",
    },
    save: "Speichern",
    saving: "Wird gespeichert …",
    discard: "Änderungen verwerfen",
    createRequest: "Anfrage erstellen",
  },
  request: {
    slots: "Bestimmte Dateien anfragen (freiwillig)",
    slotsHint: "Besucher sehen eine Liste. Jeder Eintrag nimmt eine Datei an.",
    slotName: (nth: number) => `Datei ${nth}`,
    slotKind: (nth: number) => `Art der Datei ${nth}`,
    slotPlaceholder: "Reisepass",
    addSlot: "Noch eine Datei erbitten",
    removeSlot: (name: string) => `„${name}“ von der Liste nehmen`,
    slotMissing: "Geben Sie jeder Datei der Liste einen Namen, oder nehmen Sie sie von der Liste.",
    maxFiles: "Wie viele Dateien",
    maxPerFile: "Größte Datei (MB)",
    maxTotal: "Alle Dateien zusammen (MB)",
    noLimit: "Kein Limit",
    kinds: "Nur annehmen",
    kindsHint: "Nichts gewählt: jede Art.",
    anyKind: "Jede Art",
    askName: "Besucher nach ihrem Namen fragen",
    askNames: { no: "Nein", optional: "Ja, er darf leer bleiben", required: "Ja, er ist nötig" },
    review: "Jede Datei prüfen, bevor sie geöffnet werden kann",
    reviewHint: "Sie sehen Namen, Art und Größe, und nehmen sie an oder lehnen sie ab.",
    kindNames: {
      "image/*": "Bilder",
      "application/pdf": "PDF",
      "video/*": "Filme",
      "audio/*": "Ton",
      "text/*": "Text",
    } as Record<string, string>,
  },
  will: {
    download: (will) => `${who(will)}${will.end} herunterladen${limits(will)}. Sie können ihn jederzeit beenden.`,
    upload: (will) =>
      `${who(will)} Ihnen${will.end} Dateien senden${limits(will)}. Wer sendet, sieht nicht, was andere senden. Die Personen und Links der Notiz können diese Dateien öffnen.`,
    end: {
      never: " ohne Ablauf",
      after: (span: string) => ` ${span} lang`,
      until: (date: string) => ` bis ${date}`,
    },
    staysEnded: "Dieser Link ist beendet. Wählen Sie ein neues Ende, um ihn wieder zu öffnen.",
  },
  seeAsVisitor: "Als Besucher ansehen",
  dialog: {
    title: (filename: string) => `Link zu „${filename}“`,
    titleOfSeveral: (count: number) => `Link zu ${count === 1 ? "einer Datei" : `${count} Dateien`}`,
    wholeTitle: "Link zu allen Dateien dieser Notiz, ohne den Text",
    whole: (count: number, size: string) =>
      `${formatCount(count, files)}, ${size}, und jede Datei, die später dazukommt, auch durch eine Dateianfrage.${count > 1 ? " Um nur einige zu teilen, wählen Sie sie in der Notiz aus." : ""}`,
    create: "Link erstellen und kopieren",
  },
};
