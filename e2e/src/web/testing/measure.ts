import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import type { Client, Note } from "../../../../packages/client/src/index.ts";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { activity } from "../../../../packages/web/src/texts/en/activity.ts";
import { administration } from "../../../../packages/web/src/texts/en/administration.ts";
import { linkTexts } from "../../../../packages/web/src/texts/en/links.ts";
import { recovery } from "../../../../packages/web/src/texts/en/recovery.ts";
import { settings } from "../../../../packages/web/src/texts/en/settings.ts";
import { png, text } from "./files.ts";
import { openPerson, type Person, type PersonOptions } from "./person.ts";
import { seedFile, seedNote } from "./seed.ts";
import type { WebService } from "./service.ts";

/** The global variables of a measured page that this file reads or sets. */
type InPage = {
  shifts: number[];
  PerformanceObserver: new (then: (list: { getEntries(): Entry[] }) => void) => { observe(options: object): void };
};
type Entry = { value: number; hadRecentInput: boolean };

/** Makes each later document of this page record its layout shifts. Call `watchShifts` before the first navigation. */
export function watchShifts(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const here = globalThis as unknown as InPage;
    here.shifts = [];
    new here.PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) here.shifts.push(value);
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Returns the sum of all layout shifts of the document. The cumulative layout shift (CLS) is never larger than this sum. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as InPage).shifts.reduce((sum, value) => sum + value, 0));
}

/** How many times slower a phone is than an idle test machine. */
const PHONE_SLOWDOWN = 4;
/** A script that counts in the page, and returns the duration in milliseconds. */
const COUNT =
  "(() => { const from = performance.now(); let sum = 0; for (let n = 0; n < 1e8; n++) sum += n % 7; return performance.now() - from; })()";
/** The duration of `COUNT` on an idle test machine, in milliseconds. */
const COUNT_MS = 110;
const BYTES_PER_SECOND = 1_600_000 / 8;
const ROUND_TRIP_MS = 150;

/** Gives a page the processor and the network of a slow phone: a quarter of the speed, 1.6 Mbit/s and 150 ms. */
export async function beSlowPhone(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  // A busy or slow machine already has part of the slowdown.
  const slowdown = Math.max(1, (await page.evaluate<number>(COUNT)) / COUNT_MS);
  await session.send("Emulation.setCPUThrottlingRate", { rate: Math.max(1, PHONE_SLOWDOWN / slowdown) });
  const limits = { downloadThroughput: BYTES_PER_SECOND, uploadThroughput: BYTES_PER_SECOND };
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: ROUND_TRIP_MS, ...limits });
}

export type ScriptFile = { path: string; gzipBytes: number };

/**
 * Collects the scripts that a page requests from now on. Returns a function that returns the path of each script and its size after gzip at
 * level 9 of zlib.
 */
export function collectScripts(page: Page): () => Promise<ScriptFile[]> {
  const urls = new Set<string>();
  page.on("response", (response) => {
    // The filename shows that the response is a script. The browser does not report a preloaded script as a script.
    if (new URL(response.url()).pathname.endsWith(".js")) urls.add(response.url());
  });
  return () =>
    Promise.all([...urls].map(async (url) => ({ path: new URL(url).pathname, gzipBytes: await gzipBytesOf(url) })));
}

/** The sizes that are already known, by URL. */
const gzipSizes = new Map<string, Promise<number>>();

function gzipBytesOf(url: string): Promise<number> {
  const measure = async () => gzipSync(new Uint8Array(await (await fetch(url)).arrayBuffer()), { level: 9 }).length;
  const size = gzipSizes.get(url) ?? measure();
  gzipSizes.set(url, size);
  return size;
}

export type ColdLoad = {
  scripts: ScriptFile[];
  /** The size of all scripts after gzip at level 9 of zlib, with any encoding by the service. */
  gzipBytes: number;
  /** The sum of all layout shifts: 0 if nothing on the page moved. */
  layoutShift: number;
};

type ColdLoadOptions = PersonOptions & {
  service: WebService;
  /** The user whose session the browser gets. Default: nobody is signed in. */
  as?: Person;
  path: string;
  /** Resolves when the page shows its main content. */
  ready: (page: Page) => Promise<unknown>;
};

/** Loads one page in a browser with an empty cache, and waits until all requests have finished. */
export async function loadCold(
  browser: Browser,
  { service, as, path, ready, ...options }: ColdLoadOptions,
): Promise<ColdLoad> {
  const visitor = await openPerson(browser, {
    ...options,
    service,
    name: `${as?.name ?? "Nobody"} anew`,
    hasAccount: false,
    ...(as !== undefined && { storageState: await as.context.storageState() }),
  });
  const { page } = visitor;
  await watchShifts(page);
  const scripts = collectScripts(page);
  await page.goto(path);
  await ready(page);
  await page.waitForLoadState("networkidle");
  const shift = await layoutShift(page);
  const files = await scripts();
  const gzipBytes = files.reduce((sum, each) => sum + each.gzipBytes, 0);
  await visitor.close();
  return { scripts: files, gzipBytes, layoutShift: shift };
}

/** The maximum size of all scripts of a first load, after gzip at level 9 of zlib. */
export const SCRIPT_GOAL_BYTES = 200_000;
/** The maximum layout shift of a page. */
export const SHIFT_GOAL = 0.01;

const FILES_AT_ONCE = 8;

/** Creates thirty notes, attaches `files` files to the last note, and returns this note. Every fourth file is a picture. */
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
