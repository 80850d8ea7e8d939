import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DOCUMENTED, NEXT, SECRETS, SETTING_NAMES } from "./settings.ts";

/** The pages do not describe the settings of the next bucket, which have the same meanings as the settings of the bucket. */
const isDescribed = (name: string) => !name.startsWith(NEXT);
const root = join(import.meta.dirname, "../../../../..");

// Run this test with `-u` to write the tables to the pages: `npx vitest run packages/server/src/platform/config/settings.test.ts -u`.
test.each(Object.keys(DOCUMENTED))("the page %s has the tables of the settings", async (page) => {
  const file = join(root, page);
  await expect(withTables(page, readFileSync(file, "utf8"))).toMatchFileSnapshot(file);
});

test("the pages of the documentation describe each setting exactly once", () => {
  const tables = Object.values(DOCUMENTED).flatMap((page) => Object.values(page));
  expect(tables.flatMap((table) => Object.keys(table)).toSorted()).toEqual(SETTING_NAMES.filter(isDescribed));
});

test("docs/configuration.md lists all settings whose values can be in files", () => {
  const [, list] =
    /The suffix `_FILE` works for (.*)\./.exec(readFileSync(join(root, "docs/configuration.md"), "utf8")) ?? [];
  expect(list?.match(/[A-Z0-9_]+/g)?.toSorted()).toEqual(SECRETS.filter(isDescribed));
});

/** Replaces the first table after each heading. */
function withTables(page: string, text: string): string {
  let result = text;
  for (const [heading, settings] of Object.entries(DOCUMENTED[page] ?? {})) {
    const place = new RegExp(`(\\n##+ ${heading}\\n(?:(?!\\|)[^\\n]*\\n)*)((?:\\|[^\\n]*\\n)+)`);
    const rows = Object.entries(settings).map(([name, { shown, doc }]) => [`\`${name}\``, shown, doc]);
    result = result.replace(place, (_, before: string) => before + tableOf([["name", "default", "meaning"], ...rows]));
  }
  return result;
}

function tableOf(rows: string[][]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  const [header = [], ...others] = rows.map(line);
  return [header, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`, ...others].join("");
}
