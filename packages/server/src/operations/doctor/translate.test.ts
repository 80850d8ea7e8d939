import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CATALOGUE } from "./run.ts";
import { de } from "./texts/de.ts";
import { translateReport, translator } from "./translate.ts";

const translate = translator(de.sentences);
/** The labels that are the same in each language. */
const NAMES = ["AWS CLI", "Caddyfile", "Terraform", "nginx", "patronictl edit-config", "pgbouncer.ini", "step"];
const CONFIG = "packages/server/src/platform/config";
const DOCTOR = "packages/server/src/operations/doctor";
const LITERAL = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\.|\$(?!\{)|\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\})*`/g;

/** Returns the code of a folder without comments. */
async function readCode(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.includes(".test."));
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return files.join("\n").replaceAll(/^\s*(?:\*|\/\*|\/\/).*$/gm, "");
}

/** Returns the texts in the code. The value x7 replaces each expression. */
function textsIn(code: string): string[] {
  return (code.match(LITERAL) ?? []).map((literal) =>
    literal
      .slice(1, -1)
      .replaceAll(/\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\}/g, "x7")
      .replaceAll('\\"', '"'),
  );
}

it("every sentence and every remedy of the doctor has a German translation", async () => {
  const own = new Set(Object.values(CATALOGUE).flatMap(({ title, why }) => [title, why]));
  const code = `${await readCode(join(DOCTOR, "checks"))}\n${await readFile(join(DOCTOR, "requests.ts"), "utf8")}`;
  const sentences = textsIn(code).filter(
    (text) => /^[\w"].* .*[a-z]{2,}.*\.$/.test(text) && !own.has(text) && !text.includes("\\n--"),
  );
  const steps = [...code.matchAll(/(?:fix|remedy|step|text): ?"([^"]+\.)"/g)].map(([, text = ""]) => text);
  expect(sentences.length).toBeGreaterThan(90);
  expect([...sentences, ...steps].filter((text) => translate(text) === text)).toEqual([]);
});

it("every place of a remedy and every name of a check has a German translation", async () => {
  const code = await readCode(join(DOCTOR, "checks"));
  const labels = [...code.matchAll(/label: "([^"]+)"/g)].map(([, label = ""]) => label);
  expect(labels.filter((label) => !NAMES.includes(label) && !(label in de.labels))).toEqual([]);
  const names = [...code.matchAll(/Check = \{\n\s*name: "([^"]+)"/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => translate(name) === name)).toEqual(["CORS", "PostgreSQL"]);
});

it("every warning about a setting has a German translation", async () => {
  const calls = [...(await readCode(CONFIG)).matchAll(/reader\.warn\(([^;]+)\);/g)].map(([, call = ""]) => call);
  const warnings = calls.map((call) => textsIn(call).join(""));
  expect(warnings.length).toBeGreaterThan(12);
  expect(warnings.filter((text) => translate(text) === text)).toEqual([]);
});

it("the doctor does not translate a text with over 1,000 characters", () => {
  const text = `${"a: b, c responded with ".repeat(5_000)}.`;
  expect(translate(text)).toBe(text);
});

it("the German report of the doctor keeps values, commands and unknown sentences", () => {
  const finding = { id: "disk-full", severity: "error" as const, title: "T", why: "W" };
  const report = {
    findings: [
      {
        ...finding,
        detail: "The next bucket (clock): s3.example.com: no response within 5 seconds.",
        fix: [
          { label: "command", text: "df -h" },
          { label: "step", text: "Update the S3 server." },
          { label: "a new place", text: "x" },
        ],
      },
    ],
    unchecked: [{ subject: "clock", reason: "A new sentence." }],
  };
  expect(translateReport(report, "en")).toBe(report);
  expect(translateReport(report, undefined)).toBe(report);
  expect(translateReport(report, "de")).toEqual({
    findings: [
      {
        ...finding,
        ...de.faults["disk-full"],
        detail: "Der nächste Bucket (clock): s3.example.com: keine Antwort innerhalb von 5 Sekunden.",
        fix: [
          { label: "Befehl", text: "df -h" },
          { label: "step", text: "Aktualisieren Sie den S3-Server." },
          { label: "a new place", text: "x" },
        ],
      },
    ],
    unchecked: [{ subject: "Uhrzeit", reason: "A new sentence." }],
  });
});
