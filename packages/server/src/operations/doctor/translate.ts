import type { Language } from "../../platform/database/unions.ts";
import type { Entry, Report } from "./finding.ts";
import type { FindingId } from "./run.ts";
import { de } from "./texts/de.ts";

/** The texts of the doctor in another language. The keys of `sentences` are the English sentences, with `{0}`, `{1}` for their values. */
type DoctorTexts = {
  faults: Record<FindingId, Pick<Entry, "title" | "why">>;
  labels: Readonly<Record<string, string>>;
  sentences: Readonly<Record<string, string>>;
};

const MAX_CHARACTERS = 1_000;
const TEXTS: Partial<Record<Language, DoctorTexts>> = { de };

/** Translates a report. Commands and documents to paste stay the same, and a sentence without a translation stays English. */
export function translateReport<R extends Pick<Report, "findings" | "unchecked">>(
  report: R,
  language: Language | undefined,
): R {
  const texts = language && TEXTS[language];
  if (texts === undefined) return report;
  const translate = translator(texts.sentences);
  const translateFix = ({ label, text }: Report["findings"][number]["fix"][number]) =>
    label === "step" ? { label, text: translate(text) } : { label: texts.labels[label] ?? label, text };
  return {
    ...report,
    findings: report.findings.map((finding) => ({
      ...finding,
      ...texts.faults[finding.id as FindingId],
      detail: translate(finding.detail),
      fix: finding.fix.map(translateFix),
    })),
    unchecked: report.unchecked.map(({ subject, reason }) => ({
      subject: translate(subject),
      reason: translate(reason),
    })),
  };
}

const escaped = (text: string) => text.replace(/[^\w ]/g, "\\$&");

/** Returns a function that translates a sentence with its values. A value can be a sentence too, such as the reason of a failure. */
export function translator(sentences: DoctorTexts["sentences"]): (text: string) => string {
  const rules = Object.entries(sentences)
    .map(([english, translated]) => ({ fixed: english.split(/\{\d\}/), translated }))
    // A sentence with more fixed words is more precise, so it comes first.
    .sort((a, b) => b.fixed.join("").length - a.fixed.join("").length)
    .map(({ fixed, translated }) => ({
      pattern: new RegExp(`^${fixed.map(escaped).join("(.*?)")}$`, "s"),
      translated,
    }));
  const translate = (text: string): string => {
    // A detail can contain a header of any server, and the patterns are slow for a long text.
    if (text.length > MAX_CHARACTERS) return text;
    for (const { pattern, translated } of rules) {
      const values = pattern.exec(text)?.slice(1);
      if (values === undefined) continue;
      // A value without a space can be a name, such as the name of a bucket, so it is not translated.
      return translated.replace(/\{(\d)\}/g, (_, at) => {
        const value = values[at] ?? "";
        return value.includes(" ") ? translate(value) : value;
      });
    }
    return text;
  };
  return translate;
}
