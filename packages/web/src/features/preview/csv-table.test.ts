import { describe, expect, it } from "vitest";
import { numberColumns, parseCsv } from "./csv-table.tsx";

const MOST_CPU_MICROSECONDS = 2_000_000;

const parse = (text: string, limits = {}) => parseCsv(text, { maxRows: 100, maxColumns: 100, ...limits });

describe("comma-separated values", () => {
  it.each<[string, string[][]]>([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a,b\r\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a;b;c\n1,5;2;3",
      [
        ["a", "b", "c"],
        ["1,5", "2", "3"],
      ],
    ],
    [
      "a\tb\n1\t2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ['"a,b","say ""hi""",""\n', [["a,b", 'say "hi"', ""]]],
    ['"two\nlines",b', [["two\nlines", "b"]]],
    [
      "a,,\n,b,",
      [
        ["a", "", ""],
        ["", "b", ""],
      ],
    ],
    ["one\n\ntwo", [["one"], [""], ["two"]]],
    ['a,"open', [["a", "open"]]],
    ['"a"b,c', [["ab", "c"]]],
    ["<b>a</b>,=1+1", [["<b>a</b>", "=1+1"]]],
    ["", []],
  ])("the preview parses the comma-separated values of %j", (text, rows) => {
    expect(parse(text)).toEqual({ rows, isCut: false, cutColumns: false });
  });

  it("the preview of comma-separated values limits the rows and columns", () => {
    expect(parse("a\nb\nc", { maxRows: 2 })).toEqual({ rows: [["a"], ["b"]], isCut: true, cutColumns: false });
    expect(parse("a\nb\n", { maxRows: 2 }).isCut).toBe(false);
    expect(parse("a,b,c\nd", { maxColumns: 2 })).toEqual({ rows: [["a", "b"], ["d"]], isCut: false, cutColumns: true });
  });

  it("the preview aligns only columns that contain nothing but numbers", () => {
    const numbers = ["18204", "-241.7", "1,204.50", "1.204,50", "1’000", "12 %", "1e6", ""];
    expect(numberColumns([["reading", "meter"], ...numbers.map((number) => [number, "water"])])).toEqual(new Set([0]));
    for (const cell of ["2026-12-01", "1.12.2026", "1.2.3", "030 1234", "4711-0815", "", "-", "."]) {
      expect(numberColumns([["1"], ["2"], [cell]])).toEqual(new Set(cell === "" ? [0] : []));
      expect(numberColumns([["1"], [cell]])).toEqual(new Set());
    }
  });

  it("comma-separated values with many quotes are parsed in linear time", () => {
    const quotes = '"'.repeat(400_000);
    // The test measures the CPU time, which other processes hardly change. Quadratic time would take minutes.
    const before = process.cpuUsage();
    parse(quotes);
    parse(`${'"'.repeat(3)},`.repeat(100_000));
    expect(process.cpuUsage(before).user).toBeLessThan(MOST_CPU_MICROSECONDS);
  });
});
