import type { Page } from "playwright-core";
import type { Client, Note } from "../../../../packages/client/src/index.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { png, text } from "./files.ts";
import { seedFile, seedNote } from "./seed.ts";

/** The maximum gzip size of the scripts of a first load. */
export const SCRIPT_GOAL_BYTES = 150_000;
/** The maximum layout shift of a page. */
export const SHIFT_GOAL = 0.05;

const FILES_AT_ONCE = 8;

/** Creates thirty notes. Returns the one with this many files, of which every fourth is a picture. */
export async function seedFigures(client: Client, { files }: { files: number }): Promise<Note> {
  for (let nth = 1; nth < 30; nth++) await seedNote(client, { title: `Week ${nth}`, body: "Numbers of the **week**." });
  const { id } = await seedNote(client, { title: "Delivery", body: "# All of it\n\n- plans\n- pictures\n- reports" });
  const picture = png("picture.png");
  const samples = Array.from({ length: files }, (_, nth) =>
    nth % 4 === 0 ? { ...picture, name: `Picture ${nth}.png` } : text(`Report ${nth}.txt`, `Report number ${nth}`),
  );
  const waiting = samples.values();
  const attachAll = async () => {
    for (const file of waiting) await seedFile(client, { noteId: id, file });
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, attachAll));
  return client.notes.get(id);
}

/** The measured pages. The first one has no session. */
export const measuredPages: Record<string, { path(note: Note): string; ready(page: Page): Promise<unknown> }> = {
  "sign-in": {
    path: () => "/sign-in",
    ready: (page) => page.getByRole("button", { name: texts.accounts.signIn.action }).waitFor(),
  },
  list: { path: () => "/", ready: (page) => page.getByRole("link", { name: "Delivery" }).waitFor() },
  note: {
    path: ({ id }) => `/n/${id}`,
    ready: (page) => page.getByRole("main").getByText("Picture 0.png").waitFor(),
  },
};
