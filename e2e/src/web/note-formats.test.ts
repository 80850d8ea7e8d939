import { describe, expect, it } from "vitest";
import { textToolsTexts } from "../../../packages/web/src/texts/en/text-tools.ts";
import { rendered, sourceOf, TEXT } from "./testing/note-page.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const EDITOR_CODE = "**/assets/text-tools-*.js*";

describe("the formats of a note while a person writes", () => {
  const web = startWeb();

  /** Opens a note and its text field, with the caret at the end of the text. */
  const write = async (body: string) => {
    const person = await web.person("Ann Formats");
    const note = await seedNote(person.client, { title: "Plan", body });
    await person.page.goto(`/n/${note.id}`);
    const field = person.page.getByRole("textbox", TEXT);
    const savedText = async () => (await person.client.notes.get(note.id)).body;
    return { ...person, note, field, savedText, keyboard: person.page.keyboard };
  };
  const edit = async (body: string) => {
    const opened = await write(body);
    await opened.page.getByRole("button", { name: "Edit", exact: true }).click();
    await opened.field.locator("p").first().waitFor();
    return opened;
  };

  it("the button Bold shows the selected text in bold, and the marks appear only beside the caret", async () => {
    const { page, field, keyboard } = await edit("see one");
    const shown = () => page.evaluate<string>("document.activeElement.innerText");
    await keyboard.press("Shift+ArrowLeft");
    await keyboard.press("Control+Shift+ArrowLeft");
    await page.getByRole("button", { name: textToolsTexts.bold }).click();
    await field.locator("strong", { hasText: "one" }).waitFor();
    await expect.poll(shown).toBe("see one");
    await keyboard.press("ArrowRight");
    await expect.poll(shown).toBe("see **one**");
    await keyboard.type("s");
    await keyboard.press("ArrowRight");
    await keyboard.press("ArrowRight");
    await keyboard.type(" now");
    await expect.poll(shown).toBe("see ones now");
    expect(await sourceOf(page)).toBe("see **ones** now");
  });

  it("Enter continues a list of tasks, Backspace ends it, and a click on a box ticks a task", async () => {
    const { page, field, keyboard, savedText } = await edit("");
    await page.getByRole("button", { name: textToolsTexts.task }).click();
    await keyboard.type("milk");
    await keyboard.press("Enter");
    await keyboard.type("bread");
    await keyboard.press("Enter");
    await keyboard.press("Backspace");
    await keyboard.type("from the market");
    await field.locator(".line-task .drawn").last().click();
    expect(await sourceOf(page)).toBe("- [ ] milk\n- [x] bread\nfrom the market");
    await keyboard.type(" hall");
    await keyboard.press("Escape");
    await expect.poll(savedText).toBe("- [ ] milk\n- [x] bread\nfrom the market hall");
  });

  it("a note that a person opens and closes in the editor does not change", async () => {
    const body = "#  a \r\n\r\n* [X]\tb\n1)  c\\\n\n\n| d |\n|-|\n __e__ &amp; <b>\n\n";
    const { page, client, note, keyboard } = await edit(body);
    await keyboard.press("Control+Home");
    for (let nth = 0; nth < 30; nth++) await keyboard.press("ArrowRight");
    await keyboard.press("Escape");
    await rendered(page).waitFor();
    expect(await client.notes.get(note.id)).toMatchObject({ body, updatedAt: note.updatedAt });
  });

  it("a person can write before the editor is loaded, and loses no letter", async () => {
    const { page, field, keyboard, savedText } = await write("one");
    const arrived = Promise.withResolvers<void>();
    await page.route(EDITOR_CODE, async (route) => {
      await arrived.promise;
      await route.continue();
    });
    await rendered(page).getByText("one").click();
    await keyboard.press("Control+End");
    const letters = " two three four five six seven eight nine ten";
    await keyboard.type(letters.slice(0, 10));
    expect(await field.inputValue()).toBe(`one${letters.slice(0, 10)}`);
    arrived.resolve();
    await keyboard.type(letters.slice(10));
    await field.locator("p").first().waitFor();
    expect(await sourceOf(page)).toBe(`one${letters}`);
    await keyboard.press("Escape");
    await expect.poll(savedText).toBe(`one${letters}`);
  });

  it("a person can write although the editor cannot be loaded", async () => {
    const { page, field, savedText, watch } = await write("one");
    watch.expect(/ERR_FAILED/);
    // The page does not reload, because a mark says that it has just reloaded.
    await page.evaluate("sessionStorage.setItem('valetkey.reloaded', String(Date.now()))");
    await page.route(EDITOR_CODE, (route) => route.abort());
    await rendered(page).getByText("one").click();
    await field.fill("two");
    await field.press("Escape");
    await expect.poll(savedText).toBe("two");
  });

  it.each(["paste", "drop"])("a %s of formatted text in a note inserts the plain text and its lines", async (kind) => {
    const { page, field } = await edit("one");
    const { x: clientX, y: clientY, width } = (await field.locator("p").boundingBox()) as Box;
    await field.evaluate(
      (element, { kind, ...place }) => {
        const { DataTransfer, ClipboardEvent, DragEvent } = globalThis as unknown as Dom;
        const data = new DataTransfer();
        data.setData("text/html", "<h1>two</h1><p><b>three</b></p>");
        data.setData("text/plain", " two\r\n\r\nthree");
        const init = { clipboardData: data, dataTransfer: data, bubbles: true, cancelable: true, ...place };
        (element as unknown as { dispatchEvent(event: object): void }).dispatchEvent(
          kind === "paste" ? new ClipboardEvent(kind, init) : new DragEvent(kind, init),
        );
      },
      { kind, clientX: clientX + width - 1, clientY: clientY + 5 },
    );
    expect(await sourceOf(page)).toBe("one two\n\nthree");
  });

  it("a person can edit a note with the line ends of Windows, and Shift+Enter begins a line", async () => {
    const { page, field, keyboard, savedText } = await edit("one\r\ntwo");
    await field.getByText("one").click();
    await keyboard.press("End");
    await keyboard.type("!");
    await keyboard.press("Shift+Enter");
    await keyboard.type("more");
    expect(await sourceOf(page)).toBe("one!\nmore\ntwo");
    await keyboard.press("Escape");
    await expect.poll(savedText).toBe("one!\nmore\ntwo");
  });

  it("an input method can compose words in bold text", async () => {
    const { page, keyboard, context } = await edit("one **two**");
    await keyboard.press("ArrowLeft");
    await keyboard.press("ArrowLeft");
    const session = await context.newCDPSession(page);
    for (const text of ["s", "sa", "sat"]) {
      await session.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    }
    await session.send("Input.insertText", { text: "sat" });
    await keyboard.type("!");
    expect(await sourceOf(page)).toBe("one **twosat!**");
  });
});

// The tests are compiled without the types of the DOM.
type Dom = {
  DataTransfer: new () => { setData(type: string, data: string): void };
  ClipboardEvent: new (type: string, init: object) => object;
  DragEvent: new (type: string, init: object) => object;
};
type Box = { x: number; y: number; width: number };
