import { problems } from "@valetkey/contract";
import { describe, expect, it } from "vitest";

type Texts = Record<string, unknown>;
const files = {
  ...import.meta.glob<Texts>("./*/*.ts", { eager: true }),
  ...import.meta.glob<Texts>("../landing/texts/??.ts", { eager: true }),
};
const RARE = "./en/rare-problems.ts";
/** The English messages of the service say which value is wrong. A page translates the reasons of rejected files by itself. */
const EXACT = ["invalid_request", "invalid_filename", "invalid_path"];
const REJECTED = "upload_rejected";
const english = Object.keys(files).filter(
  (path) => path !== RARE && (path.includes("/en/") || path.endsWith("/en.ts")),
);
const others = [...new Set(Object.keys(files).flatMap((path) => /\/([a-z]{2})(?:\/|\.ts$)/.exec(path)?.[1] ?? []))];
const languages = others.filter((language) => language !== "en");

/** Returns the name and the kind of each text: a string, or a function with its number of arguments. */
function shapeOf(texts: unknown, path = ""): string[] {
  if (typeof texts === "function") return [`${path}(${texts.length})`];
  if (typeof texts !== "object" || texts === null) return [`${path}: ${typeof texts}`];
  return Object.entries(texts).flatMap(([name, value]) => shapeOf(value, `${path}.${name}`));
}

/** Returns the texts that are sentences. Short texts, such as names of formats, may be the same in two languages. */
function sentencesOf(texts: unknown): string[] {
  if (typeof texts === "string") return (texts.match(/\p{L}+/gu)?.length ?? 0) > 2 ? [texts] : [];
  return typeof texts === "object" && texts !== null ? Object.values(texts).flatMap(sentencesOf) : [];
}

it("the web app has German texts", () => {
  expect(languages).toContain("de");
});

describe.each(["en", ...languages])("the texts in %s", (language) => {
  it("each language has a text for each error code of the service", () => {
    const common = files[`./${language}/problems.ts`]?.problems as Texts;
    const rare = files[RARE.replace("/en/", `/${language}/`)]?.rareProblems as Texts;
    const missing = Object.keys(problems).filter((code) => !(code in common) && !(code in rare));
    expect(missing).toEqual([...(language === "en" ? EXACT : []), REJECTED]);
    expect(Object.keys(rare).filter((code) => code in common)).toEqual([]);
  });
});

describe.each(languages)("the translations in %s", (language) => {
  it.each(english)("each language has a translation of every text in %s", (path) => {
    const translated = files[path.replace("/en/", `/${language}/`).replace("/en.ts", `/${language}.ts`)];
    expect(shapeOf(translated).sort()).toEqual(shapeOf(files[path]).sort());
    const untranslated = new Set(sentencesOf(files[path]));
    expect(sentencesOf(translated).filter((text) => untranslated.has(text))).toEqual([]);
  });
});
