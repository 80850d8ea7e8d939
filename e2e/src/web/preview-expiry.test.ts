import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { type SampleFile, wav } from "./testing/files.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { webm } from "./testing/webm.ts";

/** The properties of an audio or video element that these tests use. */
type Player = {
  src: string;
  currentTime: number;
  volume: number;
  playbackRate: number;
  paused: boolean;
  duration: number;
  play(): Promise<void>;
};
type Seen = Pick<Player, "src" | "currentTime" | "volume" | "playbackRate" | "paused" | "duration">;

describe("a player whose URL has expired", () => {
  const web = startWeb({ env: { URL_TTL_DEFAULT: "2" } });
  const makers: readonly [tag: "audio" | "video", make: (page: Page) => Promise<SampleFile> | SampleFile][] = [
    ["audio", () => wav("talk.wav", { seconds: 900 })],
    ["video", async (page) => webm("film.webm", { frame: await keyFrame(page), seconds: 300, paddingBytes: 60_000 })],
  ];

  it.each(makers)("the %s player continues after a seek even if its URL has expired", async (tag, make) => {
    const ann = await web.person(`Ann ${tag}`);
    allowRefusedAddresses(ann);
    const file = await make(ann.page);
    const player = await openPlayer(ann, { tag, file });
    await player.evaluate(async (element) => {
      const media = element as unknown as Player;
      [media.volume, media.playbackRate] = [0.5, 1.5];
      await media.play();
    });
    const before = await look(player);
    await whenRefused(before.src);
    await seek(player, before.duration - 60);
    await expect.poll(() => look(player).then(({ src }) => src === before.src), PATIENT).toBe(false);
    await expect
      .poll(() => look(player).then(({ currentTime }) => currentTime), PATIENT)
      .toBeGreaterThan(before.duration - 59);
    expect(await look(player)).toMatchObject({ volume: 0.5, playbackRate: 1.5, paused: false });
  });

  it("a paused player whose URL has expired stays paused after a seek", async () => {
    const ben = await web.person("Ben");
    allowRefusedAddresses(ben);
    const player = await openPlayer(ben, { tag: "audio", file: wav("talk.wav", { seconds: 900 }) });
    const before = await look(player);
    await whenRefused(before.src);
    await seek(player, 800);
    await expect.poll(() => look(player).then(({ src }) => src === before.src), PATIENT).toBe(false);
    await expect.poll(() => look(player).then(({ currentTime }) => currentTime), PATIENT).toBe(800);
    expect(await look(player)).toMatchObject({ paused: true });
  });

  it("requirement 16: a player stops when the access to its file ends", async () => {
    const [cleo, dora] = [await web.person("Cleo"), await web.person("Dora")];
    allowRefusedAddresses(dora);
    dora.watch.expect(/40[34] GET .*\/(?:notes|attachments)\//);
    const userIds = [dora.id];
    const file = wav("talk.wav", { seconds: 900 });
    const note = await seedNote(cleo.client, { title: "Talk", files: [file], sharedWith: { userIds } });
    const [attachment] = note.attachments;
    await dora.page.goto(`/n/${note.id}?file=${attachment?.id}`);
    const player = await whenThere(dora.page, "audio");
    const { src } = await look(player);
    const {
      shares: [share],
    } = await cleo.client.shares.list({ noteId: note.id });
    await cleo.client.shares.remove({ noteId: note.id }, share?.userId ?? "");
    await whenRefused(src);
    await dora.page.getByRole("dialog").getByText("it is no longer shared with you").waitFor();
    expect(await player.count()).toBe(0);
    expect(await purposesOf(cleo, note.id)).toEqual(["view"]);
  });
});

const PATIENT = { timeout: 20_000 };

async function openPlayer(person: Person, { tag, file }: { tag: string; file: SampleFile }): Promise<Locator> {
  const note = await seedNote(person.client, { title: "Long", files: [file] });
  await person.page.goto(`/n/${note.id}`);
  await person.page.getByRole("button", { name: new RegExp(`^${file.name}`) }).click();
  return whenThere(person.page, tag);
}

async function whenThere(page: Page, tag: string): Promise<Locator> {
  const player = page.getByRole("dialog").locator(tag);
  await expect.poll(() => look(player).then(({ duration }) => duration > 0), PATIENT).toBe(true);
  return player;
}

/** Reads the purposes of all URLs that were issued for files of a note, the newest URL first. */
async function purposesOf({ client }: Person, noteId: string) {
  const { items } = await client.activity.list({ noteId });
  return items.filter(({ action }) => action === "url.issued").map(({ detail }) => detail.purpose);
}

function look(player: Locator): Promise<Seen> {
  return player.evaluate((element) => {
    const { src, currentTime, volume, playbackRate, paused, duration } = element as unknown as Player;
    return { src, currentTime, volume, playbackRate, paused, duration };
  });
}

function seek(player: Locator, time: number): Promise<void> {
  return player.evaluate((element, time) => {
    (element as unknown as Player).currentTime = time;
  }, time);
}

async function whenRefused(url: string): Promise<void> {
  const ask = () => fetch(url, { headers: { range: "bytes=0-0" } }).then(({ status }) => status);
  await expect.poll(ask, PATIENT).toBe(403);
}

/** Permits the problems of an expired URL, because the player recovers from them. */
function allowRefusedAddresses({ watch }: Person): void {
  watch.expect(/^403 GET .*X-Amz-Signature/);
  // For requests of a player, Chromium also reports the refusal as this error.
  watch.expect(/^net::ERR_BLOCKED_BY_ORB GET .*X-Amz-Signature/);
}

/** Draws a WebP picture in the browser, because Node.js cannot write WebP. */
async function keyFrame(page: Page): Promise<Buffer> {
  await page.goto("/sign-in");
  const dataUrl: string = await page.evaluate(`(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    canvas.getContext("2d").fillRect(100, 100, 200, 100);
    return canvas.toDataURL("image/webp", 0.8);
  })()`);
  return Buffer.from(dataUrl.slice(dataUrl.indexOf(",") + 1), "base64");
}
