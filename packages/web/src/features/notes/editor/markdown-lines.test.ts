import { expect, it } from "vitest";
import { describeLines } from "./markdown-lines.ts";

/** Describes a text. The characters ‹ and › enclose the marks of each line, and the styles are at the end. */
function describeText(text: string): string[] {
  const lines = text.split("\n").map((textContent) => ({ textContent }));
  return describeLines(lines).map(({ kind, markLength, level, spans }, nth) => {
    const marks = [{ from: 0, to: markLength }, ...spans.flatMap((span) => span.marks)].filter(({ to }) => to > 0);
    const inserted = [...(lines[nth]?.textContent ?? ""), ""].map((character, at) => {
      const ends = marks.filter(({ to }) => to === at).map(() => "›");
      const starts = marks.filter(({ from }) => from === at).map(() => "‹");
      return [...ends, ...starts, character].join("");
    });
    return [kind + (level > 0 ? level : ""), inserted.join(""), ...spans.map(({ style }) => style)].join(" ").trim();
  });
}

it.each([
  ["# One", "title ‹# ›One"],
  ["### Three", "heading ‹### ›Three"],
  ["#none", "text #none"],
  ["- one", "list ‹- ›one"],
  ["    * deep", "list2 ‹    * ›deep"],
  ["12. twelve", "number ‹12. ›twelve"],
  ["- [ ] open", "task ‹- [ ] ›open"],
  ["  1. [x] done", "done1 ‹  1. [x] ›done"],
  ["> said", "quote ‹> ›said"],
  ["- - -", "rule - - -"],
  ["on **Friday** at _10_", "text on ‹**›Friday‹**› at ‹_›10‹_› bold italic"],
  ["- **a _b_ c**", "list ‹- ›‹**›a ‹_›b‹_› c‹**› bold italic"],
  ["~~old~~ ``a ` b`` \\*", "text ‹~~›old‹~~› ‹``›a ` b‹``› ‹\\›* struck code plain"],
  ["[rules](https://a.example/ 'b') ![i](j)", "text ‹[›rules‹](https://a.example/ 'b')› ‹![›i‹](j)› link link"],
  ["[a\\]b c](u)", "text ‹[›a\\]b c‹](u)› link"],
  ["[](https://)", "text ‹[›‹](https://)› link"],
  ["<https://a.example> https://b.example", "text ‹<›https://a.example‹>› https://b.example link link"],
  ["2 * 3 * 4, snake_case_name, **open", "text 2 * 3 * 4, snake_case_name, **open"],
])("the editor knows the formats of the line %j", (line, described) => {
  expect(describeText(line)).toEqual([described]);
});

it("the editor does not read a long line of dashes as a table", () => {
  // With a slow pattern, this line takes hours.
  expect(describeText(`a | b\n|${"-".repeat(60)}>|`)).toEqual(["text a | b", `text |${"-".repeat(60)}>|`]);
});

it("the editor shows no formats inside of code blocks and tables", () => {
  const text = "```\n# a\n~~~\n```\n# b\nc | d\n--|--\n**1** | 2\n\na | b";
  const kinds = describeText(text).map((line) => line.split(" ")[0]);
  expect(kinds).toEqual(["mono", "mono", "mono", "mono", "title", "head", "below-head", "row", "text", "text"]);
});

it("all cells of a column of a table have the same width and alignment", () => {
  const text = "| a | long \\| cell |\n|:-:|-:|\n|b||\n| | c";
  const tables = describeLines(text.split("\n").map((textContent) => ({ textContent })));
  const cells = tables.map(({ spans }) => spans.filter(({ style }) => style === "cell"));
  expect(cells.map((row) => row.map(({ from, to, column, width, align }) => [from, to, column, width, align]))).toEqual(
    [
      [
        [1, 4, 0, 3, "center"],
        [5, 19, 1, 14, "end"],
      ],
      [
        [1, 4, 0, 3, "center"],
        [5, 7, 1, 14, "end"],
      ],
      [[1, 2, 0, 3, "center"]],
      [
        [1, 2, 0, 3, "center"],
        [3, 5, 1, 14, "end"],
      ],
    ],
  );
  expect(tables.map(({ spans }) => spans.filter(({ style }) => style === "bar").length)).toEqual([3, 3, 3, 2]);
});
