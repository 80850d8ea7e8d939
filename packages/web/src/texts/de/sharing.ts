import type { sharing as english } from "../en/sharing.ts";
import { formatCount } from "../format.ts";

const files = { one: "Datei", other: "Dateien" };

export const sharing: typeof english = {
  share: "Teilen",
  shareFile: (filename: string) => `„${filename}“ teilen`,
  shareFileHint: "Für Personen, die nicht die ganze Notiz sehen sollen.",
  you: (name: string) => `${name} (Sie)`,
  owner: "Eigentümer",
  access: {
    onlyYou: "Nur Sie",
    onlyFiles: (count: number) => `Nur ${formatCount(count, files)} ${count === 1 ? "ist" : "sind"} geteilt`,
    alsoFiles: (count: number) => `${formatCount(count, files)} einzeln geteilt`,
    person: { one: "Person", other: "Personen" },
    invitation: { one: "offene Einladung", other: "offene Einladungen" },
    link: { one: "offener Link", other: "offene Links" },
    request: { one: "Dateianfrage", other: "Dateianfragen" },
    only: (left: string) => ` (noch ${left})`,
    first: (left: string) => ` (die erste noch ${left})`,
    last: (left: string) => ` (bis zu ${left})`,
    noEnd: " (ohne Ablauf)",
    oneNeverEnds: " (1 läuft nie ab)",
    someNeverEnd: " (nicht alle laufen ab)",
    ends: (left: string) => `noch ${left}`,
    all: (names: string) => `Diese Notiz sehen: ${names}`,
    and: (first: string, rest: string) => `${first} und ${rest}`,
    others: { one: "weitere Person", other: "weitere Personen" },
    by: (name: string) => `Geteilt von ${name}`,
    editor: "Sie können bearbeiten",
    viewer: "Sie können ansehen",
  },
  role: {
    label: "Was sie tun dürfen",
    labelOf: (name: string) => `Was ${name} tun darf`,
    viewer: "Kann ansehen",
    editor: "Kann bearbeiten",
  },
  expiry: {
    label: "Wann es abläuft",
    labelOf: (name: string) => `Wann es für ${name} abläuft`,
    never: "Läuft nie ab",
    after: (span: string) => `Für ${span}`,
    custom: "Bis zu einem Datum …",
    customLabel: "Läuft ab am",
    past: "Wählen Sie einen Zeitpunkt, der noch kommt.",
    endsIn: (left: string) => `Noch ${left}`,
    ended: (when: string) => `Abgelaufen ${when}`,
    set: "Ablauf festlegen",
  },
};
