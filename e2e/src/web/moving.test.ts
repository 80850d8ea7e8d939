import { describe, expect, it } from "vitest";
import { fileToolsTexts } from "../../../packages/web/src/texts/en/file-tools.ts";
import { movingTexts as words } from "../../../packages/web/src/texts/en/moving.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { text } from "./testing/files.ts";
import { button, filesOf, open, rowOf } from "./testing/note-files.ts";
import { type Person, PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { holdRequests } from "./testing/watch.ts";

const { attachments } = texts;

describe("moving and copying files", () => {
  const web = startWeb();

  const namesOf = async ({ client }: Person, noteId: string) =>
    (await client.notes.get(noteId)).attachments.map(({ filename }) => filename).sort();
  const noteInList = ({ page }: Person, title: string) =>
    page.getByRole("region", { name: texts.notes.list.owned }).getByRole("listitem").filter({ hasText: title });

  async function openDialog(person: Person, filename: string, item: "moveTo" | "copyTo") {
    await button(rowOf(person, filename), texts.common.more).click();
    await person.page.getByRole("menuitem", { name: attachments[item] }).click();
    const kind = item === "moveTo" ? "move" : "copy";
    const dialog = person.page.getByRole("dialog", { name: words.title[kind](filename) });
    await dialog.getByRole("option").first().waitFor();
    return dialog;
  }

  /** Drags the row of a file onto a note in the list. Holds a key during the drop. */
  async function drag(person: Person, filename: string, { onto, key }: { onto: string; key?: string }) {
    const { page } = person;
    await rowOf(person, filename).hover({ position: { x: 200, y: 40 } });
    await page.mouse.down();
    if (key !== undefined) await page.keyboard.down(key);
    const note = noteInList(person, onto);
    await note.hover();
    await note.hover({ position: { x: 30, y: 10 } });
    const hint = note.getByText(texts.notes.drop[key === undefined ? "move" : "copy"]);
    await hint.waitFor();
    await page.mouse.up();
    if (key !== undefined) await page.keyboard.up(key);
    await hint.waitFor({ state: "detached" });
  }

  it("a person moves a file to a note with the keyboard, and an undo moves it back", async () => {
    const ann = await web.person("Ann");
    const target = await seedNote(ann.client, { title: "Archive" });
    const note = await open(ann, [text("a.txt", "a"), text("b.txt", "b")]);
    const dialog = await openDialog(ann, "a.txt", "moveTo");
    await ann.page.keyboard.type("Archi");
    await expect.poll(() => dialog.getByRole("option").allTextContents()).toHaveLength(1);
    await ann.page.keyboard.press("Enter");
    await dialog.getByText(words.losing({ people: 0, links: 0, isExact: true })).waitFor();
    await ann.page.keyboard.press("Enter");
    await ann.page.getByText(words.done.move("a.txt", "Archive")).waitFor();
    expect([await namesOf(ann, note.id), await namesOf(ann, target.id)]).toEqual([["b.txt"], ["a.txt"]]);
    await expect.poll(() => rowOf(ann, "a.txt").count()).toBe(0);
    await ann.page.getByRole("button", { name: texts.common.undo }).click();
    await rowOf(ann, "a.txt").waitFor();
    expect(await namesOf(ann, target.id)).toEqual([]);
  });

  /** Searches for a note in the move dialog, and presses Enter before the service has responded. */
  async function pressEnterEarly(person: Person) {
    for (const title of ["Archive", "Bills"]) await seedNote(person.client, { title });
    await open(person, [text("a.txt", "a")]);
    const dialog = await openDialog(person, "a.txt", "moveTo");
    const search = await holdRequests(person.page, /[?&]q=Archi/);
    await person.page.keyboard.insertText("Archi");
    await person.page.keyboard.press("Enter");
    return { dialog, search };
  }

  it("Enter during a search in the move dialog chooses the first note that is found", async () => {
    const { dialog, search } = await pressEnterEarly(await web.person("Ann"));
    search.release();
    await dialog.getByText(words.losing({ people: 0, links: 0, isExact: true })).waitFor();
    expect(await dialog.getByRole("option", { name: "Archive" }).getAttribute("aria-current")).toBe("true");
  });

  it("a click on a note in the move dialog replaces the choice of an earlier Enter", async () => {
    const { dialog, search } = await pressEnterEarly(await web.person("Ann"));
    await dialog.getByRole("option", { name: "Bills" }).click();
    search.release();
    await expect.poll(() => dialog.getByRole("option").count()).toBe(1);
    expect(await dialog.getByRole("option", { name: "Archive" }).getAttribute("aria-current")).toBeNull();
  });

  it("a drag moves a file onto a note, and a drag with Alt copies the file", async () => {
    const ben = await web.person("Ben");
    const target = await seedNote(ben.client, { title: "Archive" });
    const note = await open(ben, [text("a.txt", "a"), text("b.txt", "b")]);
    await drag(ben, "a.txt", { onto: "Archive" });
    await ben.page.getByText(words.done.move("a.txt", "Archive")).waitFor();
    await drag(ben, "b.txt", { onto: "Archive", key: "Alt" });
    await ben.page.getByText(words.done.copy("b.txt", "Archive")).waitFor();
    expect([await namesOf(ben, note.id), await namesOf(ben, target.id)]).toEqual([["b.txt"], ["a.txt", "b.txt"]]);
  });

  it("if people lose their access when a file is dragged onto a note, the app asks first", async () => {
    const cleo = await web.person("Cleo");
    const dan = await web.person("Dan");
    const target = await seedNote(cleo.client, { title: "Archive" });
    const note = await open(cleo, [text("a.txt", "a")]);
    await cleo.client.shares.put({ noteId: note.id }, { userIds: [dan.id], role: "viewer" });
    await drag(cleo, "a.txt", { onto: "Archive" });
    const dialog = cleo.page.getByRole("dialog", { name: words.title.move("a.txt") });
    await dialog.getByText(words.losing({ people: 1, links: 0, isExact: true })).waitFor();
    expect(await namesOf(cleo, note.id)).toEqual(["a.txt"]);
    await dialog.getByRole("button", { name: words.action.move }).click();
    await cleo.page.getByText(words.done.move("a.txt", "Archive")).waitFor();
    expect(await namesOf(cleo, target.id)).toEqual(["a.txt"]);
  });

  it("a person moves several selected files together", async () => {
    const eve = await web.person("Eve");
    const target = await seedNote(eve.client, { title: "Archive" });
    const note = await open(eve, [text("a.txt", "a"), text("b.txt", "b"), text("c.txt", "c")]);
    await button(filesOf(eve), attachments.select).click();
    for (const name of ["a.txt", "b.txt"]) await eve.page.getByLabel(attachments.choose(name)).check();
    await button(filesOf(eve), fileToolsTexts.move).click();
    const dialog = eve.page.getByRole("dialog", { name: words.title.move(words.count(2)) });
    await dialog.getByRole("option", { name: "Archive" }).click();
    await dialog.getByRole("button", { name: words.action.move }).click();
    await eve.page.getByText(words.done.move(words.count(2), "Archive")).waitFor();
    expect([await namesOf(eve, note.id), await namesOf(eve, target.id)]).toEqual([["c.txt"], ["a.txt", "b.txt"]]);
  });

  it("a viewer of a file can copy it to an own note, but cannot move it", async () => {
    const [fay, gus] = [await web.person("Fay"), await web.person("Gus", PHONE)];
    const files = [text("a.txt", "a")];
    const sharedWith = { userIds: [gus.id] };
    const note = await seedNote(fay.client, { title: "Contract", files, sharedWith });
    const own = await seedNote(gus.client, { title: "Mine" });
    await gus.page.goto(`/n/${note.id}`);
    await button(rowOf(gus, "a.txt"), texts.common.more).click();
    expect(await gus.page.getByRole("menuitem", { name: attachments.moveTo }).count()).toBe(0);
    await gus.page.keyboard.press("Escape");
    const dialog = await openDialog(gus, "a.txt", "copyTo");
    await dialog.getByRole("option", { name: "Mine" }).click();
    await dialog.getByRole("button", { name: words.action.copy }).click();
    await gus.page.getByText(words.done.copy("a.txt", "Mine")).waitFor();
    expect([await namesOf(fay, note.id), await namesOf(gus, own.id)]).toEqual([["a.txt"], ["a.txt"]]);
  });

  it("the page shows why the service refuses to move a file", async () => {
    const [hal, ida] = [await web.person("Hal"), await web.person("Ida")];
    const target = await seedNote(ida.client, {
      title: "Ida's note",
      sharedWith: { userIds: [hal.id], role: "editor" },
    });
    const note = await open(hal, [text("a.txt", "a")]);
    const dialog = await openDialog(hal, "a.txt", "moveTo");
    await dialog.getByRole("option", { name: "Ida's note" }).click();
    await dialog.getByText(words.otherOwner("Ida")).waitFor();
    hal.watch.expect(/^403 /);
    await ida.client.shares.remove({ noteId: target.id }, hal.id);
    await dialog.getByRole("button", { name: words.action.move }).click();
    const failure = hal.page.getByRole("region", { name: texts.common.notifications });
    await failure.getByText(words.notDone.move("a.txt", "Ida's note")).waitFor();
    await failure.getByText(words.reasons.access_denied).waitFor();
    await rowOf(hal, "a.txt").waitFor();
    expect(await namesOf(hal, note.id)).toEqual(["a.txt"]);
  });
});
