import type { Page } from "playwright-core";
import type { Client, Note } from "../../../../packages/client/src/index.ts";
import { linkTexts } from "../../../../packages/web/src/texts/en/links.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { png, text } from "./files.ts";
import { seedFile, seedNote } from "./seed.ts";

/** The limit for the scripts of a first load, compressed with gzip at level 9 of zlib. */
export const SCRIPT_GOAL_BYTES = 200_000;
/** The limit for the layout shift of a page. */
export const SHIFT_GOAL = 0.05;

const FILES_AT_ONCE = 8;

/** Creates thirty notes. Returns the one with `files` files, every fourth of which is a picture. */
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

/** The measured pages. The sign-in page is opened without a session. */
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
  links: {
    path: () => "/links",
    ready: (page) => page.getByRole("heading", { name: linkTexts.page.title, level: 1 }).waitFor(),
  },
  activity: {
    path: () => "/activity",
    ready: (page) => page.getByRole("heading", { name: texts.activity.title, level: 1 }).waitFor(),
  },
  settings: {
    path: () => "/settings",
    ready: (page) => page.getByRole("heading", { name: texts.settings.title, level: 1 }).waitFor(),
  },
};
