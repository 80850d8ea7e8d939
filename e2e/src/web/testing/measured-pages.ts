import type { Page } from "playwright-core";
import type { Client, Note } from "../../../../packages/client/src/index.ts";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { activity } from "../../../../packages/web/src/texts/en/activity.ts";
import { administration } from "../../../../packages/web/src/texts/en/administration.ts";
import { linkTexts } from "../../../../packages/web/src/texts/en/links.ts";
import { recovery } from "../../../../packages/web/src/texts/en/recovery.ts";
import { settings } from "../../../../packages/web/src/texts/en/settings.ts";
import { png, text } from "./files.ts";
import { seedFile, seedNote } from "./seed.ts";

/** The scripts of a first load must be smaller than this, after gzip at level 9 of zlib. */
export const SCRIPT_GOAL_BYTES = 200_000;
/** The layout shift of a page must be smaller than this. */
export const SHIFT_GOAL = 0.05;

const FILES_AT_ONCE = 8;

/** Creates thirty notes. Attaches `files` files to the last one, and returns it. Every fourth file is a picture. */
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

type MeasuredPage = { path(note: Note): string; ready(page: Page): Promise<unknown>; isSignedOut?: boolean };

/** The pages whose first load is measured, by name. */
export const measuredPages: Record<string, MeasuredPage> = {
  "sign-in": {
    isSignedOut: true,
    path: () => "/sign-in",
    ready: (page) => page.getByRole("button", { name: accountTexts.signIn.action }).waitFor(),
  },
  "forgotten password": {
    isSignedOut: true,
    path: () => "/forgot-password",
    ready: (page) => page.getByRole("heading", { name: recovery.forgot.title }).waitFor(),
  },
  "new password": {
    isSignedOut: true,
    path: () => "/new-password",
    ready: (page) => page.getByRole("heading", { name: recovery.invalid.title }).waitFor(),
  },
  "confirmed email address": {
    path: () => "/confirm-email",
    ready: (page) => page.getByRole("heading", { name: recovery.invalid.title }).waitFor(),
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
    ready: (page) => page.getByRole("heading", { name: activity.title, level: 1 }).waitFor(),
  },
  settings: {
    path: () => "/settings",
    ready: (page) => page.getByRole("heading", { name: settings.title, level: 1 }).waitFor(),
  },
  administration: {
    path: () => "/admin",
    ready: (page) => page.getByText(administration.notYours.title).waitFor(),
  },
};
