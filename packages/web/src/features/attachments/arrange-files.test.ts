import { describe, expect, it } from "vitest";
import type { Attachment } from "../../../../client/src/index.ts";
import { arrangeFiles, type Choice, chooseAll, chooseFile, type FileView, kindsIn, NOTHING } from "./arrange-files.ts";

const file = (filename: string, sizeBytes: number, createdAt: string, contentType = "text/plain") =>
  ({ id: filename, filename, sizeBytes, createdAt, contentType }) as Attachment;

const files = [
  file("Bild 10.png", 30, "2026-01-02", "image/png"),
  file("Bild 9.png", 10, "2026-01-02", "image/png"),
  file("Übersicht.csv", 20, "2026-01-03", "text/csv"),
  file("vertrag.pdf", 20, "2026-01-01", "application/pdf"),
];
const shown = (view: Partial<FileView>) =>
  arrangeFiles(files, { order: "attached", text: "", kind: "all", ...view }).map(({ filename }) => filename);

describe("the files of a note", () => {
  it.each([
    ["attached", ["Bild 10.png", "Bild 9.png", "Übersicht.csv", "vertrag.pdf"]],
    ["name", ["Bild 9.png", "Bild 10.png", "Übersicht.csv", "vertrag.pdf"]],
    ["size", ["Bild 10.png", "Übersicht.csv", "vertrag.pdf", "Bild 9.png"]],
    ["newest", ["Übersicht.csv", "Bild 10.png", "Bild 9.png", "vertrag.pdf"]],
  ] as const)("the list of files has the right order for the sort option %s", (order, expected) => {
    expect(shown({ order })).toEqual(expected);
  });

  it.each([
    [{ text: "BILD" }, ["Bild 10.png", "Bild 9.png"]],
    [{ text: " png 10 " }, ["Bild 10.png"]],
    [{ text: "ubersicht" }, ["Übersicht.csv"]],
    [{ text: "u\u0308ber" }, ["Übersicht.csv"]],
    [{ text: ".*" }, []],
    [{ kind: "image" as const, text: "9" }, ["Bild 9.png"]],
    [{ kind: "pdf" as const }, ["vertrag.pdf"]],
  ])("the list of files shows only the files that match the filter %j", (view, expected) => {
    expect(shown(view)).toEqual(expected);
  });

  it("the file filter offers only kinds of files that the note contains", () => {
    expect([...kindsIn(files)]).toEqual(["image", "table", "pdf"]);
  });
});

describe("the selection of files", () => {
  const listed = ["a", "b", "c", "d"];
  const click = (choice: Choice, id: string, isRange = false) => chooseFile(choice, id, { listed, isRange });
  const chosen = ({ ids }: Choice) => listed.filter((id) => ids.has(id)).join("");

  it("a second click on a selected file removes the selection", () => {
    const one = click(NOTHING, "b");
    expect([chosen(one), chosen(click(one, "b"))]).toEqual(["b", ""]);
  });

  it("a click with Shift selects a range of files in both directions", () => {
    const one = click(NOTHING, "c");
    expect([chosen(click(one, "a", true)), chosen(click(one, "d", true))]).toEqual(["abc", "cd"]);
  });

  it("a click with Shift removes a range of files from the selection", () => {
    const all = chooseAll(NOTHING, listed);
    expect(chosen(click(click(all, "b"), "d", true))).toBe("a");
  });

  it("a click with Shift selects only one file if the user clicked no listed file before", () => {
    expect(chosen(click(NOTHING, "c", true))).toBe("c");
    expect(chosen(click({ ids: new Set(), last: "gone" }, "c", true))).toBe("c");
  });

  it("the button that selects all files does not change the selection of hidden files", () => {
    const hidden = { ids: new Set(["hidden"]), last: undefined };
    const all = chooseAll(hidden, listed);
    expect([...all.ids].sort()).toEqual(["a", "b", "c", "d", "hidden"]);
    expect([...chooseAll(all, listed).ids]).toEqual(["hidden"]);
  });
});
