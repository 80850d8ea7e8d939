import { describe, expect, it } from "vitest";
import { formatDay, formatDuration, formatWhen, formatWhenShort, shortenName, splitName } from "./format.ts";

describe("a long filename on two lines", () => {
  it.each([
    ["The contract of the first flat, with all of its appendices.txt", undefined],
    [
      "The contract of the second flat, with all of its appendices.txt",
      "The contract of the second flat, with all of its app…dices.txt",
    ],
    [
      "the pictures of every single room of the flat on the last day, 2 .png",
      "the pictures of every single room of the flat on the…y, 2 .png",
    ],
    [`${"租房合同".repeat(9)}.pdf`, `${"租房合同".repeat(5)}租房合…同租房合同.pdf`],
    [`${"👩‍👩‍👧".repeat(40)}.png`, `${"👩‍👩‍👧".repeat(23)}…${"👩‍👩‍👧".repeat(5)}.png`],
  ])("the page shortens the filename %j in the middle if the filename is too long", (filename, shown) => {
    expect(shortenName(filename).replaceAll("\u2060", "")).toBe(shown ?? filename);
  });

  it("the page shows the end of a filename if this end alone is too wide", () => {
    expect(shortenName("日本語日本.日本語日本語日", 16).replaceAll("\u2060", "")).toBe("…日本語日本.日本語日本語日");
  });
});

describe("a duration", () => {
  it.each([
    [58.2, "59 s"],
    [59.6, "1 min"],
    [3_540, "59 min"],
    [59.6 * 60, "1 h"],
    [47.5 * 3_600, "2 days"],
  ])("the page shows %d seconds as %j, without a line break", (seconds, shown) => {
    expect(formatDuration(seconds)).toBe(shown.replace(" ", "\u00a0"));
  });
});

describe("a time in the past", () => {
  const now = Date.parse("2026-12-01T12:00:00");
  it.each([
    [44, "just now"],
    [59.4 * 60, "59 minutes ago"],
    [59.6 * 60, "1 hour ago"],
    [23.6 * 3_600, "yesterday"],
    [8 * 86_400, "Nov 23"],
  ])("the page shows a time %d seconds ago as %j", (seconds, shown) => {
    expect(formatWhen(new Date(now - seconds * 1000).toISOString(), now).replaceAll("\u00a0", " ")).toBe(shown);
  });

  it.each([
    [11, "today"],
    [13, "yesterday"],
    [37, "2 days ago"],
    [200, "Nov 23"],
  ])("the page shows the day of a time %d hours ago as %j", (hours, shown) => {
    expect(formatDay(new Date(now - hours * 3_600_000).toISOString(), now).replaceAll("\u00a0", " ")).toBe(shown);
  });
});

describe("a time in the list of notes", () => {
  const now = Date.parse("2026-12-01T12:00:00Z");
  it.each([
    [10, "now"],
    [50, "1 min"],
    [3_000, "50 min"],
    [59.6 * 60, "1 h"],
    [3 * 3_600, "3 h"],
    [-3 * 3_600, "3 h"],
  ])("the list shows a change %i seconds ago as %j", (seconds, shown) => {
    expect(formatWhenShort(new Date(now - seconds * 1000).toISOString(), now)).toBe(shown.replace(" ", "\u00a0"));
  });

  it.each([8, 700])("the list shows the date of a change %i days ago", (days) => {
    const instant = new Date(now - days * 86_400_000).toISOString();
    expect(formatWhenShort(instant, now)).toBe(formatWhen(instant, now));
  });
});

describe("a filename is cut", () => {
  it.each([
    ["Contract of the third of March, signed.pdf", "Contract of the third of March, s", "igned.pdf"],
    ["archive.tar.gz", "archiv", "e.tar.gz"],
    ["README", "R", "EADME"],
    [".env", "", ".env"],
    ["a.txt", "", "a.txt"],
    ["Plan of the old house.png", "Plan of the old ", "house.png"],
    ["Door of the room, open.png", "Door of the room, ", "open.png"],
    ["Minutes, v. 3 of the whole board", "Minutes, v. 3 of the whole ", "board"],
    ["", "", ""],
    ["חוזה שכירות דירה.pdf", "חוזה שכירו", "ת דירה.pdf"],
    ["חוזה 20240131.pdf", "חוז", "ה 20240131.pdf"],
    ["Vertrag für das Haus חוזה.pdf", "Vertrag für das Hau", "s חוזה.pdf"],
    ["عقد Contract final.pdf", "عقد Contract final.pdf", ""],
    ["租房合同二零二四年.pdf", "租房合同", "二零二四年.pdf"],
  ])("the shortened filename %j keeps its last letters and its extension", (filename, head, tail) => {
    expect(splitName(filename)).toEqual({ head, tail });
  });

  it("a filename is never cut inside a character", () => {
    const { head, tail } = splitName("family 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧.png");
    expect(head).toBe("family ");
    expect(tail).toBe("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧.png");
  });
});
