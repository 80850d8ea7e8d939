import { describe, expect, it } from "vitest";
import { parseCsv } from "./csv-table.tsx";

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

  it("comma-separated values with many quotes are parsed in linear time", () => {
    const quotes = '"'.repeat(400_000);
    // The test measures the CPU time, which other processes hardly change. Quadratic time would take minutes.
    const before = process.cpuUsage();
    parse(quotes);
    parse(`${'"'.repeat(3)},`.repeat(100_000));
    expect(process.cpuUsage(before).user).toBeLessThan(MOST_CPU_MICROSECONDS);
  });
});
