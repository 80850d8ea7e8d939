import type { activity as english } from "../en/activity.ts";
import { formatCount } from "../format.ts";

/** The person who acted: "Sie" or a name, at the start of each sentence. */
type Who = { name: string; isYou: boolean };

/** `emails` has the email addresses. Undefined if the reader may not see the email addresses. */
type SentLink = { link: string; people: number; emails: string | undefined };
const receivers = { one: "Person", other: "Personen" };

type LinkName = { label: string | undefined; files: string | undefined; isRequest: boolean };

type Visit = { files: string; link: string; times: number };

const list = /* @__PURE__ */ new Intl.ListFormat("de", { type: "conjunction" });
const has = ({ name, isYou }: Who) => `${name} ${isYou ? "haben" : "hat"}`;
const timesOf = (count: number) => (count === 1 ? "" : count === 2 ? " zweimal" : ` ${count}-mal`);
const quoted = (title: string | undefined) => (title === undefined ? "" : ` „${title}“`);

export const activity: typeof english = {
  title: "Aktivität",
  today: "Heute",
  yesterday: "Gestern",
  filter: {
    label: "Was angezeigt wird",
    options: {
      all: "Alles",
      downloads: "Downloads",
      access: "Geöffnet",
      changes: "Geändert",
      sharing: "Geteilt",
      refusals: "Verweigert",
    },
  },
  empty: {
    title: "Noch ist nichts geschehen",
    hint: "Diese Liste zeigt, wer wann Dateien angehängt, geteilt, angesehen oder heruntergeladen hat.",
  },
  emptyFilter: {
    all: "Noch ist nichts geschehen.",
    downloads: "Noch hat niemand etwas heruntergeladen.",
    access: "Noch hat niemand eine Datei oder einen Link angesehen.",
    changes: "Noch wurde nichts geändert.",
    sharing: "Noch wurde nichts geteilt.",
    refusals: "Noch wurde niemandem etwas verweigert.",
  },
  failedToLoad: "Die Aktivität konnte nicht geladen werden",
  failedToLoadMore: "Frühere Aktivität konnte nicht geladen werden.",
  loadingMore: "Frühere Aktivität wird geladen …",
  deletedNote: "Gelöschte Notiz",
  note: "der Notiz",
  link: ({ label, files, isRequest }: LinkName) => {
    if (label !== undefined) return `${isRequest ? "die Dateianfrage" : "den Link"} „${label}“`;
    if (isRequest) return "eine Dateianfrage";
    return files === undefined ? "einen Link" : `einen Link zu ${files}`;
  },
  visitor: (name: string | undefined) => (name === undefined ? "Ein Besucher" : `${name} (Besucher)`),
  proven: (name: string, email: string) => `${name} (${email})`,
  span: (from: string, to: string) => `${from} – ${to}`,
  files: {
    one: "eine gelöschte Datei",
    many: (count: number) => `${count} Dateien`,
    quoted: (name: string) => `„${name}“`,
    counted: { one: "Datei", other: "Dateien" },
    named: (names: string[], others: number) =>
      list.format(others === 0 ? names : [...names, others === 1 ? "1 weitere" : `${others} weitere`]),
  },
  sentences: {
    "note.created": (who: Who) => `${has(who)} die Notiz erstellt`,
    "note.updated": (who: Who, times: number) => `${has(who)} die Notiz${timesOf(times)} bearbeitet`,
    "note.deleted": (who: Who, title: string | undefined) => `${has(who)} die Notiz${quoted(title)} gelöscht`,
    "note.restored": (who: Who) => `${has(who)} die Notiz wiederhergestellt`,
    "note.purged": (who: Who, title: string | undefined) => `${has(who)} die Notiz${quoted(title)} endgültig gelöscht`,
    "attachment.restored": (who: Who, files: string) => `${has(who)} ${files} wiederhergestellt`,
    "attachment.purged": (who: Who, files: string) => `${has(who)} ${files} endgültig gelöscht`,
    expired: {
      note: (title: string | undefined) => `Die Notiz${quoted(title)} wurde endgültig gelöscht: Ihre Zeit war um`,
      file: (files: string) => `Endgültig gelöscht, weil die Zeit um war: ${files}`,
    },
    "attachment.uploaded": (who: Who, files: string) => `${has(who)} ${files} angehängt`,
    "attachment.adopted": (who: Who, files: string) => `${has(who)} ${files} aus dem Speicher angehängt`,
    "attachment.accepted": (who: Who, files: string) => `${has(who)} ${files} angenommen`,
    "attachment.rejected": (who: Who, files: string) => `${has(who)} ${files} angehängt, aber nicht behalten`,
    "attachment.renamed": (who: Who, files: string, before: string | undefined) =>
      `${has(who)} ${before ?? "eine Datei"} in ${files} umbenannt`,
    "attachment.moved": (who: Who, files: string, isHere: boolean) =>
      isHere
        ? `${has(who)} ${files} aus einer anderen Notiz hierher verschoben`
        : `${has(who)} ${files} in eine andere Notiz verschoben`,
    "attachment.copied": (who: Who, files: string, isHere: boolean) =>
      isHere
        ? `${has(who)} ${files} aus einer anderen Notiz hierher kopiert`
        : `${has(who)} ${files} in eine andere Notiz kopiert`,
    "attachment.deleted": (who: Who, files: string) => `${has(who)} ${files} gelöscht`,
    "share.granted": (
      who: Who,
      { what, whom, role, until }: { what: string | undefined; whom: string; role: string; until: string | undefined },
    ) =>
      `${has(who)} ${what ?? "die Notiz"} mit ${whom} geteilt (${role})${until === undefined ? "" : ` bis ${until}`}`,
    "share.revoked": (who: Who, { what, whom }: { what: string | undefined; whom: string }) =>
      `${has(who)} die Freigabe ${what === undefined ? "der Notiz" : `von ${what}`} für ${whom === "Ihnen" ? "Sie" : whom} beendet`,
    "invitation.created": (who: Who, email: string | undefined) => `${has(who)} ${email ?? "jemanden"} eingeladen`,
    "invitation.updated": (who: Who, email: string | undefined) =>
      `${has(who)} die Einladung für ${email ?? "jemanden"} geändert`,
    "invitation.renewed": (who: Who, email: string | undefined) =>
      `${has(who)} einen neuen Link für die Einladung an ${email ?? "jemanden"} erstellt`,
    "invitation.revoked": (who: Who, email: string | undefined) =>
      `${has(who)} die Einladung für ${email ?? "jemanden"} zurückgezogen`,
    "invitation.redeemed": (who: Who, email: string | undefined) =>
      `${has(who)} die Einladung${email === undefined ? "" : ` für ${email}`} angenommen`,
    "access.requested": (who: Who) => `${has(who)} um Zugriff gebeten`,
    "access.dismissed": (who: Who, whom: string) => `${has(who)} die Anfrage von ${whom} abgelehnt`,
    "url.refused": (who: Who, files: string, times: number) =>
      `${has(who)} ohne Zugriff${timesOf(times)} versucht, ${files} zu öffnen`,
    purposes: {
      download: (who: Who, files: string, times: number) => `${has(who)} ${files}${timesOf(times)} heruntergeladen`,
      view: (who: Who, files: string, times: number) => `${has(who)} ${files}${timesOf(times)} angesehen`,
      zip: (who: Who, files: string, times: number) => `${has(who)} ${files}${timesOf(times)} als ZIP heruntergeladen`,
      opened: (who: Who, files: string, times: number) => `${has(who)} ${files}${timesOf(times)} geöffnet`,
    },
    "link.created": (who: Who, link: string) => `${has(who)} ${link} erstellt`,
    "link.updated": (who: Who, link: string) => `${has(who)} ${link} geändert`,
    "link.renewed": (who: Who, link: string) => `${has(who)} eine neue Adresse für ${link} erstellt`,
    "link.revoked": (who: Who, link: string) => `${has(who)} ${link} beendet`,
    "link.sent": (who: Who, { link, people, emails }: SentLink) =>
      `${has(who)} ${link} an ${people === 1 && emails !== undefined ? emails : formatCount(people, receivers)} gesendet`,
    "link.opened": (who: Who, link: string, times: number) => `${has(who)} ${link}${timesOf(times)} geöffnet`,
    visits: {
      download: (who: string, { files, link, times }: Visit) =>
        `${who} hat ${files} über ${link}${timesOf(times)} heruntergeladen`,
      zip: (who: string, { files, link, times }: Visit) =>
        `${who} hat ${files} über ${link}${timesOf(times)} als ZIP heruntergeladen`,
      view: (who: string, { files, link, times }: Visit) =>
        `${who} hat ${files} über ${link}${timesOf(times)} angesehen`,
      claim: (who: string, { files, link }: Visit) => `${who} hat ${files} über ${link} erhalten`,
    },
    "link.unlock_refused": (who: Who, link: string, times: number) =>
      `${has(who)} für ${link}${timesOf(times)} ein falsches Passwort eingegeben`,
    "link.received": (who: Who, { files, link }: { files: string; link: string }) =>
      `${has(who)} ${files} für ${link} gesendet`,
    other: (who: Who, action: string) => `${who.name}: ${action}`,
  },
  roles: { editor: "kann bearbeiten", viewer: "kann ansehen" },
  you: "Ihnen",
  chart: {
    title: "Downloads",
    summary: (downloads: string, span: string) => `${downloads} in den letzten ${span}`,
    downloads: { one: "Download", other: "Downloads" },
    spans: { hours: "24 Stunden", days14: "14 Tagen", days30: "30 Tagen" },
    columns: { hour: "Ab", day: "Tag", count: "Downloads" },
    partial: (since: string) => `Gezählt seit ${since}, weil mehr geschehen ist, als diese Seite zählt.`,
    hint: "Jede Datei zählt, die eine Person oder ein Besucher herunterlädt, auch in einem ZIP. Ansehen zählt nicht.",
    now: "jetzt",
    today: "heute",
  },
};
