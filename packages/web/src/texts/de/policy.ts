import type { policyTexts as english } from "../en/policy.ts";
import { formatSpan } from "../format.ts";

export const policyTexts: typeof english = {
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
  reset: (value: string) => `Standard: ${value}`,
  resetOf: (title: string) => `Zurück zum Standard: ${title}`,
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
