import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGE = "docs/security-requirements.md";
const TEST_FILE = /\.(?:test|suite)\.tsx?$/;

type Requirement = { number: number; isPlanned: boolean; tests: string[] };
type TestFile = { path: string; text: string };

const requirements = requirementsOf(readFileSync(join(ROOT, PAGE), "utf8"));

describe(PAGE, () => {
  it("the page of security requirements lists the numbers from 1 to 62 in order", () => {
    expect(requirements.map(({ number }) => number)).toEqual(Array.from({ length: 62 }, (_, index) => index + 1));
  });

  it("the page of security requirements agrees with the test titles", () => {
    const files = testFiles();
    expect(files.length).toBeGreaterThan(50);
    expect(faultsOf(requirements, files)).toEqual([]);
  });
});

describe("the check of the page", () => {
  const testOf = (path: string, number: number) => ({ path, text: `it("requirement ${number}: …")` });

  it.each([
    ["a requirement without a test", "1. Rule.", []],
    ["a test file that does not exist", "1. Rule. [a](../e2e/src/gone.test.ts)", []],
    [
      "a test file that does not name the number",
      "1. Rule. [a](../e2e/src/a.test.ts)",
      [testOf("e2e/src/a.test.ts", 2)],
    ],
    ["a number that the page does not list", "1. **Rule (planned).**.", [testOf("e2e/src/a.test.ts", 2)]],
    ["a planned requirement that has a test", "1. **Rule (planned).**.", [testOf("e2e/src/a.test.ts", 1)]],
  ])("the check of security requirements reports %s", (_, text, files) => {
    expect(faultsOf(requirementsOf(text), files)).not.toEqual([]);
  });

  it("the check of security requirements accepts a tested requirement and a planned requirement", () => {
    const text = "1. Rule.\n   [a](../e2e/src/a.test.ts)\n2. **Rule (planned).**.";
    expect(faultsOf(requirementsOf(text), [testOf("e2e/src/a.test.ts", 1)])).toEqual([]);
  });
});

/** Reads the numbered requirements on the page. Each requirement has a list of the linked test files. */
function requirementsOf(page: string): Requirement[] {
  return page.split(/^(?=\d+\. |#)/m).flatMap((item) => {
    const number = /^(\d+)\. /.exec(item)?.[1];
    if (number === undefined) return [];
    const links = [...item.matchAll(/\]\(([^)\s]+)\)/g)].map(([, href = ""]) => join("docs", href));
    return [
      {
        number: Number(number),
        isPlanned: item.includes("(planned)"),
        tests: links.filter((path) => TEST_FILE.test(path)),
      },
    ];
  });
}

function faultsOf(listed: readonly Requirement[], files: readonly TestFile[]): string[] {
  const named = new Map(files.map(({ path, text }) => [path, numbersIn(text)]));
  const ofPage = listed.flatMap(({ number, isPlanned, tests }) => [
    ...(tests.length === 0 && !isPlanned ? [`requirement ${number} links to no test`] : []),
    ...tests.flatMap((path) => {
      const numbers = named.get(path);
      if (numbers === undefined) return [`requirement ${number}: ${path} does not exist`];
      return numbers.has(number) ? [] : [`requirement ${number}: ${path} does not name it`];
    }),
  ]);
  const ofTests = [...named].flatMap(([path, numbers]) =>
    [...numbers].flatMap((number) => {
      const requirement = listed.find((each) => each.number === number);
      if (requirement === undefined) return [`${path} names requirement ${number}, which the page does not list`];
      return requirement.isPlanned ? [`${path} names requirement ${number}, which the page marks as planned`] : [];
    }),
  );
  return [...ofPage, ...ofTests];
}

/** Finds the numbers in phrases such as "requirement 7" and "requirements 6, 7 and 8". */
function numbersIn(text: string): Set<number> {
  const phrases = [...text.matchAll(/\brequirements? (\d+(?:(?:, | and )\d+)*)/gi)];
  return new Set(phrases.flatMap(([, list = ""]) => [...list.matchAll(/\d+/g)].map(Number)));
}

function testFiles(): TestFile[] {
  return ["packages", "e2e"]
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && TEST_FILE.test(entry.name) && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, "utf8") }));
}
