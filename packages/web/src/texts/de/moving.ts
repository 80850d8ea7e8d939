import type * as english from "../en/moving.ts";
import { formatCount } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };
const people = { one: "Person", other: "Personen" };
const links = { one: "offener Link", other: "offene Links" };

export const movingTexts: typeof english.movingTexts = {
  kind: { label: "Was mit der Datei geschieht", move: "Verschieben", copy: "Kopieren" },
  title: {
    move: (name: string) => `${name} in eine andere Notiz verschieben`,
    copy: (name: string) => `${name} in eine andere Notiz kopieren`,
  },
  count: (count: number) => formatCount(count, files),
  search: "Notizen durchsuchen",
  list: "Notizen",
  of: (name: string) => `Eigentümer: ${name}`,
  none: "Keine andere Notiz passt, die Sie bearbeiten können.",
  failed: "Ihre Notizen konnten nicht geladen werden",
  choose: "Wählen Sie eine Notiz.",
  losing: ({ people: count, links: open, isExact }: { people: number; links: number; isExact: boolean }) => {
    if (count + open === 0) return "Niemand verliert den Zugriff.";
    const facts = [
      ...(count === 0 ? [] : [formatCount(count, people)]),
      ...(open === 0 ? [] : [formatCount(open, links)]),
    ];
    const isOne = count + open === 1;
    if (isExact || count === 0) return `${facts.join(" und ")} ${isOne ? "verliert" : "verlieren"} den Zugriff.`;
    return `${facts.join(" und ")} ${isOne ? "verliert" : "verlieren"} vielleicht den Zugriff.`;
  },
  otherOwner: (name: string) => `Neuer Eigentümer: ${name}.`,
  original: {
    mine: "Das Original behalten Sie unter „Gelöscht“.",
    ofAnother: "Das Original bleibt beim bisherigen Eigentümer unter „Gelöscht“.",
  },
  copied: "Die Kopie gehört der Person, der die Notiz gehört. Die Personen und Links der Notiz können sie öffnen.",
  counting: "Es wird geprüft, wer den Zugriff verliert …",
  action: { move: "Verschieben", copy: "Kopieren" },
  running: {
    move: (name: string) => `${name} wird verschoben …`,
    copy: (name: string) => `${name} wird kopiert …`,
  },
  done: {
    move: (name: string, title: string) => `${name} nach „${title}“ verschoben`,
    copy: (name: string, title: string) => `${name} nach „${title}“ kopiert`,
  },
  undone: (name: string) => `${name}: zurückverschoben`,
  notDone: {
    move: (name: string, title: string) => `${name}: nicht nach „${title}“ verschoben`,
    copy: (name: string, title: string) => `${name}: nicht nach „${title}“ kopiert`,
  },
  notUndone: (name: string) => `${name}: nicht zurückverschoben`,
  reasons: {
    quota_exceeded: "Der Speicher der Person, der diese Notiz gehört, ist voll. Die Datei ist noch, wo sie war.",
    access_denied: "Sie dürfen die Datei nicht mehr nehmen, oder dort keine Dateien mehr anhängen.",
    note_not_found: "Diese Notiz gibt es nicht mehr.",
    attachment_not_found: "Die Datei gibt es nicht mehr.",
    attachment_moved: "Jemand hat die Datei in eine andere Notiz verschoben.",
    attachment_not_ready: "Die Datei wird noch geprüft.",
    object_not_found: "Die Datei wurde inzwischen geändert oder gelöscht.",
  },
};
