import { describe, expect, it } from "vitest";
import { conflictTexts } from "../../../packages/web/src/texts/en/conflict.ts";
import { makeConflict, rendered, sourceOf } from "./testing/note-page.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

describe("two people who write in one note", () => {
  const web = startWeb();

  const conflict = async (name: string) => {
    const person = await web.person(name);
    const { page, client, watch } = person;
    watch.expect(/^409 PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await makeConflict(page, client, id);
    expect(await sourceOf(page)).toBe("mine");
    expect((await client.notes.get(id)).body).toBe("theirs");
    return { ...person, id };
  };

  it("if two people change a note, one of them can choose between both texts", async () => {
    const { page, client, id } = await conflict("Ann Keeps");
    await page.getByText("Show the other text").click();
    await page.getByRole("region", { name: conflictTexts.title }).getByText("theirs", { exact: true }).waitFor();
    await page.reload();
    await page.getByText("This note was changed while you were writing").waitFor();
    await page.getByRole("button", { name: "Keep mine" }).click();
    await expect.poll(async () => (await client.notes.get(id)).body).toBe("mine");
    await rendered(page).getByText("mine", { exact: true }).waitFor();
  });
});

declare const document: { dispatchEvent(event: Event): void };
