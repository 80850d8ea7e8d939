import { describe, expect, it } from "vitest";
import { text } from "./testing/files.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

/** Returns a computed style property of the first element that matches a selector, or of its pseudo-element. */
const computed = (selector: string, property: string, pseudo?: string) =>
  `getComputedStyle(document.querySelector(${JSON.stringify(selector)}), ${JSON.stringify(pseudo ?? null)})[${JSON.stringify(property)}]`;

describe("the page of a note in other media", () => {
  const web = startWeb();

  it("the page of a note works with forced colors and on paper", async () => {
    const { page, client } = await web.person("Ann");
    await seedNote(client, { title: "First" });
    const note = await seedNote(client, { title: "Second", files: [text("plan.txt", "plan")] });
    await page.goto(`/n/${note.id}`);
    await page.locator("a.note").nth(1).waitFor();
    await page.locator("#note time").first().waitFor();
    await page.emulateMedia({ forcedColors: "active" });
    const chosen = await page.evaluate<string>(computed("a.note[aria-current]", "backgroundColor"));
    const other = await page.evaluate<string>(computed("a.note:not([aria-current])", "backgroundColor"));
    expect(chosen).not.toBe(other);
    expect(await page.evaluate<string>(computed("nav button", "outlineStyle"))).toBe("solid");
    await page.emulateMedia({ forcedColors: "none", media: "print" });
    expect(await page.evaluate<string>(computed("#note time", "fontSize"))).toBe("0px");
    const title = await page.locator("#note time").first().getAttribute("title");
    expect(await page.evaluate<string>(computed("#note time", "content", "::after"))).toBe(JSON.stringify(title));
  });
});
