import { zipTexts } from "../../texts/de/file-tools.ts";
import { viewerTexts } from "../../texts/de/preview.ts";
import { formatBytes, formatCount, formatDuration } from "../../texts/format.ts";
import type { texts as english } from "./en.ts";

const files = { one: "Datei", other: "Dateien" };
const downloads = { one: "Download", other: "Downloads" };

const KINDS: Readonly<Record<string, string>> = {
  "image/*": "Bilder",
  "video/*": "Filme",
  "audio/*": "Ton",
  "text/*": "Text",
  "application/pdf": "PDF",
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "text/plain": "Text",
  "text/csv": "CSV",
  "application/zip": "ZIP",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
};

function listKinds(kinds: readonly string[]): string {
  return kinds.map((kind) => KINDS[kind] ?? kind).join(", ");
}

export const texts: typeof english = {
  loading: "Wird geladen …",
  tryAgain: "Noch einmal versuchen",
  cancel: "Abbrechen",
  close: "Schließen",
  separator: " · ",
  count: (count: number) => formatCount(count, files),
  abuse: "Missbrauch melden",

  locked: {
    title: "Dieser Link hat ein Passwort",
    hint: "Die Person, die Ihnen den Link gesendet hat, kennt es.",
    label: "Passwort",
    show: "Passwort anzeigen",
    hide: "Passwort verbergen",
    open: "Öffnen",
    opening: "Wird geöffnet …",
    missing: "Geben Sie das Passwort ein.",
    wrong: "Dieses Passwort stimmt nicht. Prüfen Sie es, und versuchen Sie es noch einmal.",
    tooMany: (seconds: number) => `Zu viele Versuche. Versuchen Sie es in ${formatDuration(seconds)} noch einmal.`,
  },

  emailProof: {
    title: "Dieser Link ist für bestimmte Personen",
    hint: "Geben Sie Ihre E-Mail-Adresse ein. Wenn der Link für Sie ist, erhalten Sie einen Code per E-Mail.",
    email: "E-Mail-Adresse",
    emailMissing: "Geben Sie Ihre E-Mail-Adresse ein.",
    send: "Code senden",
    sent: (email: string) =>
      `Wenn der Link für ${email} ist, ist eine E-Mail mit einem Code unterwegs. Er gilt 15 Minuten.`,
    codeTitle: "Geben Sie den Code aus der E-Mail ein",
    code: "Code",
    codeMissing: "Geben Sie den Code aus der E-Mail ein.",
    open: "Öffnen",
    again: "Neuen Code anfordern",
    wrong: "Dieser Code stimmt nicht, oder er gilt nicht mehr. Prüfen Sie ihn, oder fordern Sie einen neuen an.",
  },

  ended: {
    title: "Dieser Link ist beendet",
    hint: "Er ist abgelaufen, oder jemand hat ihn beendet. Bitten Sie die Person, die ihn gesendet hat, um einen neuen.",
    received: (name: string, count: number) => {
      const to = name && ` für ${name}`;
      return count === 1 ? `Ihre Datei${to} ist angekommen` : `Ihre ${count} Dateien${to} sind angekommen`;
    },
    receivedHint: (name: string) =>
      `Dieser Link ist beendet. Möchten Sie mehr senden, bitten Sie ${name || "die Person, die ihn gesendet hat,"} um einen neuen.`,
    receivedList: "Das haben Sie von diesem Browser gesendet",
    receiptHint: "Eine Quittung ist Ihr Nachweis, dass eine Datei angekommen ist. Speichern Sie sie.",
  },

  failed: {
    title: "Der Link konnte nicht geladen werden",
    outage:
      "Der Dienst hat im Moment ein Problem. An Ihrem Link liegt es nicht. Versuchen Sie es in ein paar Minuten noch einmal.",
  },

  time: {
    left: (seconds: number) => `Noch ${formatDuration(seconds)}`,
    until: (instant: string) => `Endet am ${instant}`,
    none: "Ohne Enddatum",
  },

  shares: {
    title: (name: string, count: number) => `${name} teilt ${formatCount(count, files)} mit Ihnen`,
    anonymous: (count: number) => (count === 1 ? "Eine Datei für Sie" : `${formatCount(count, files)} für Sie`),
    none: "Hier sind noch keine Dateien.",
    list: "Dateien",
    pictures: "Bilder",
    noPreview: "Keine Vorschau",
    preview: (filename: string) => `Vorschau von ${filename}`,
    download: "Herunterladen",
    ofFile: (action: string, filename: string) => `${action}: ${filename}`,
    again: "Noch einmal herunterladen",
    all: "Alle herunterladen",
    left: (count: number) => `Noch ${formatCount(count, downloads)}`,
    whatCounts: "Was zählt?",
    countsAll: "„Alle herunterladen“ zählt als einer.",
    counts:
      "Eine Datei zu öffnen oder herunterzuladen zählt als einer. Für kurze Zeit danach können Sie alle Dateien öffnen und herunterladen, und nichts weiter zählt. Alle Besucher dieses Links teilen sich die Zahl.",
    countsPictures: "Die kleinen Bilder zählen nicht.",
    window: (seconds: number) => `Sie können noch ${formatDuration(seconds)} herunterladen`,
    progress: (doneBytes: number, totalBytes: number) => `${formatBytes(doneBytes)} von ${formatBytes(totalBytes)}`,
    starting: "Beginnt …",
    waiting: "Wartet auf die Verbindung. Der Download geht von selbst weiter.",
    broken: "Der Download ist abgebrochen.",
    windowOver: "Die Zeit für diesen Download ist um. Laden Sie die Datei noch einmal herunter.",
    resume: "Fortsetzen",
    done: "Heruntergeladen",
    handedOver: "Ihr Browser lädt sie herunter.",
    notSaved: "Die Datei konnte nicht gespeichert werden. Ist auf der Festplatte genug Platz?",
    downloading: (filename: string) => `${filename} wird heruntergeladen`,
    finished: (filename: string) => `${filename} ist heruntergeladen.`,
  },

  zip: {
    ...zipTexts,
    from: (name: string, date: string) => `Dateien von ${name} ${date}`,
    anonymous: (date: string) => `Dateien ${date}`,
    content: (count: number, bytes: number) => `${formatCount(count, files)} · ${formatBytes(bytes)}`,
    label: "Alle Dateien werden als ZIP heruntergeladen",
  },

  preview: {
    ...viewerTexts,
    loading: "Die Vorschau wird geladen …",
    cut: "Das ist der Anfang der Datei. Laden Sie sie herunter, um den Rest zu lesen.",
    failed:
      "Die Datei konnte hier nicht angezeigt werden. Laden Sie sie herunter, um sie in einem anderen Programm zu öffnen.",
    locked:
      "Diese Datei ist mit einem Passwort geschützt. Laden Sie sie herunter, und öffnen Sie sie in einem anderen Programm.",
  },

  request: {
    title: (name: string) => `${name} bittet Sie um Dateien`,
    anonymous: "Dateien senden",
    limits: (filesLeft: number, bytesPerFile: number) =>
      `Bis zu ${formatCount(filesLeft, files)}, jede bis ${formatBytes(bytesPerFile)}.`,
    moreLimits: (filesLeft: number, bytesPerFile: number) =>
      `Noch ${formatCount(filesLeft, files)} möglich, jede bis ${formatBytes(bytesPerFile)}.`,
    kinds: (kinds: readonly string[]) => `Angenommen: ${listKinds(kinds)}.`,
    kindsShort: listKinds,
    slotSize: (bytes: number) => `bis ${formatBytes(bytes)}`,
    name: "Ihr Name",
    nameOptional: "Ihr Name (freiwillig)",
    nameMissing: "Geben Sie Ihren Namen ein, damit man die Dateien unterscheiden kann.",
    choose: "Dateien wählen",
    addMore: "Weitere Dateien hinzufügen",
    chooseSlot: (slot: string) => `Datei für ${slot} wählen`,
    chooseShort: "Wählen",
    drop: "oder Dateien und Ordner hierher ziehen",
    chosen: "Bereit zum Senden",
    remove: (filename: string) => `Entfernen: ${filename}`,
    chooseAnother: "Andere wählen",
    chooseAgain: "Dieselbe Datei wählen",
    chooseFileAgain: (filename: string) => `Dieselbe Datei wählen: ${filename}`,
    chooseInstead: (filename: string) => `Andere wählen statt ${filename}`,
    chooseFirst: "Wählen Sie mindestens eine Datei.",
    noneReady: "Noch ist keine Datei bereit zum Senden.",
    send: (count: number) => (count === 0 ? "Senden" : `${formatCount(count, files)} senden`),
    sending: (count: number) => `${formatCount(count, files)} ${count === 1 ? "wird" : "werden"} gesendet …`,
    slots: (filled: number, all: number) => `${filled} von ${all} erhalten`,
    slotFilled: "Erhalten",
    tooLarge: (bytes: number) => `Diese Datei ist zu groß. Angenommen: bis ${formatBytes(bytes)}.`,
    wrongKind: (kinds: readonly string[]) =>
      `Diese Art von Datei ist nicht angefragt. Angenommen: ${listKinds(kinds)}.`,
    tooMany: (count: number) =>
      count === 1
        ? "Es kann nur noch 1 Datei gesendet werden. Die anderen wurden nicht hinzugefügt."
        : `Es können nur noch ${formatCount(count, files)} gesendet werden. Die anderen wurden nicht hinzugefügt.`,
    droppedTooMany: (count: number) =>
      count === 1
        ? "Es kann nur noch 1 Datei gesendet werden. Das waren mehr, deshalb wurde keine hinzugefügt."
        : `Es können nur noch ${formatCount(count, files)} gesendet werden. Das waren mehr, deshalb wurde keine hinzugefügt.`,
    unreadable:
      "Die Dateien konnten nicht gelesen werden. Prüfen Sie, ob Sie sie öffnen dürfen, und ziehen Sie sie noch einmal hierher.",
    full: "Alle Dateien sind angekommen",
    fullHint: "Mehr ist nicht nötig.",
    arrived: "Ihre Dateien sind angekommen",
    thanks: "Danke. Sie können weitere Dateien hinzufügen.",
    thanksForAll: "Danke. Mehr ist nicht nötig.",
    problems: {
      link_not_found: "Die Anfrage ist beendet, deshalb wurde diese Datei nicht angenommen.",
      request_full: "Die Anfrage hat alle ihre Dateien, oder diese Datei ist zu groß für den Rest.",
      kind_not_accepted: "Diese Art von Datei ist nicht angefragt.",
      file_too_large: "Diese Datei ist größer, als die Anfrage erlaubt.",
      quota_exceeded: "Für diese Datei ist kein Platz. Sagen Sie es der Person, die Sie darum gebeten hat.",
    },
    takeBack: "Diese Datei zurücknehmen",
    filed: "Diese Datei ist schon abgelegt und lässt sich nicht mehr zurücknehmen.",
    takeBackFile: (filename: string) => `Diese Datei zurücknehmen: ${filename}`,
    cancelFile: (filename: string) => `${filename} abbrechen`,
    receipt: "Quittung",
    saveReceipt: "Quittung speichern",
    receiptOf: (filename: string) => `Quittung für ${filename}`,
    receiptName: (filename: string) => `Quittung für ${filename}.json`,
    receivedAt: (when: string) => `Erhalten ${when}.`,
    receiptSays: "Speichern Sie die Quittung als Nachweis, dass diese Datei angekommen ist.",
    progress: (sentBytes: number, totalBytes: number) => `${formatBytes(sentBytes)} von ${formatBytes(totalBytes)}`,
    resume: "Nicht fertig. Wählen Sie dieselbe Datei noch einmal, um fortzufahren.",
    checks: (name: string) => `Erhalten. ${name === "" ? "Sie wird noch geprüft." : `${name} prüft sie noch.`}`,
    states: {
      starting: "Beginnt …",
      hashing: "Datei wird gelesen …",
      waiting: "Wartet auf die Verbindung. Es geht von selbst weiter.",
      completing: "Datei wird geprüft …",
      verifying: "Datei wird geprüft …",
      scanning: "Wird auf Viren geprüft …",
      ready: "Erhalten",
      rejected: "Nicht angenommen.",
    },
  },
  visitorView: {
    title: "Was ein Besucher sieht.",
    hint: "Die Knöpfe tun nichts.",
    unlocked: "Entsperrt zeigen",
    close: "Schließen",
  },
};
