import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGE = "docs/security-requirements.md";
const TEST_FILE = /\.(?:test|suite)\.tsx?$/;

type Requirement = { number: number; isPlanned: boolean };
type TestFile = { path: string; text: string };

const requirements = requirementsOf(readFileSync(join(ROOT, PAGE), "utf8"));

describe(PAGE, () => {
  it("docs/security-requirements.md lists the requirements 1 to 62 in order", () => {
    expect(requirements.map(({ number }) => number)).toEqual(Array.from({ length: 62 }, (_, index) => index + 1));
  });

  it("docs/security-requirements.md agrees with the requirement numbers in titles of tests", () => {
    const files = testFiles();
    expect(files.length).toBeGreaterThan(50);
    expect(faultsOf(requirements, files)).toEqual([]);
  });
});

describe("the check of docs/security-requirements.md", () => {
  const testOf = (number: number) => ({ path: "e2e/src/a.test.ts", text: `it("requirement ${number}: …")` });

  it.each([
    ["a requirement without a test", "1. Rule.", []],
    ["a test whose number the page does not list", "1. **Rule (planned).**", [testOf(2)]],
    ["a planned requirement that has a test", "1. **Rule (planned).**", [testOf(1)]],
  ])("the check of security requirements reports %s", (_, text, files) => {
    expect(faultsOf(requirementsOf(text), files)).toHaveLength(1);
  });

  it("the check of security requirements accepts tested and planned requirements", () => {
    expect(faultsOf(requirementsOf("1. Rule.\n2. **Rule (planned).**"), [testOf(1)])).toEqual([]);
  });
});

function requirementsOf(page: string): Requirement[] {
  return page.split(/^(?=\d+\. |#)/m).flatMap((item) => {
    const number = /^(\d+)\. /.exec(item)?.[1];
    return number === undefined ? [] : [{ number: Number(number), isPlanned: item.includes("(planned)") }];
  });
}

function faultsOf(listed: readonly Requirement[], files: readonly TestFile[]): string[] {
  const named = files.flatMap(({ path, text }) => [...numbersIn(text)].map((number) => ({ path, number })));
  const untested = listed.filter(({ number, isPlanned }) => !isPlanned && !named.some((one) => one.number === number));
  const wrong = named.filter(({ number }) => !listed.some((one) => one.number === number && !one.isPlanned));
  return [
    ...untested.map(({ number }) => `no test names requirement ${number}`),
    ...wrong.map(
      ({ path, number }) => `${path} names requirement ${number}, which the page does not list, or marks as planned`,
    ),
  ];
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
