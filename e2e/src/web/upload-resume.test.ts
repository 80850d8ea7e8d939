import { describe, expect, it } from "vitest";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { dropFiles, dropFromDisk } from "./testing/drop-files.ts";
import { randomFile, text } from "./testing/files.ts";
import {
  button,
  choose,
  filesOf,
  hashesOf,
  keptUploads,
  open,
  rowOf,
  stored,
  untilAttached,
} from "./testing/note-files.ts";
import { PASSWORD } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";
import { chooseBy, closeBucket, fileOnDisk } from "./testing/upload-faults.ts";

const MIB = 2 ** 20;
/** The size of a file that is too large for a single PUT. The client sends such a file in parts of 8 MiB. */
const MULTIPART_BYTES = 72 * MIB;
/** A file so large that the page does not store its content in the browser. */
const HUGE = { sizeBytes: 513 * MIB };

describe("an interrupted upload", () => {
  const web = startWeb({ hasPrompts: true, hasCache: false });

  it("an upload in a page resumes after an outage and a reload", async () => {
    const gus = await web.person("Gus");
    const note = await open(gus);
    const file = randomFile("large.bin", { sizeBytes: MULTIPART_BYTES });
    gus.watch.expect(/ERR_INTERNET_DISCONNECTED/);
    const [isHeld, isOffline] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    // The bucket gets five of the nine parts. The test holds all other parts until the outage.
    const lastParts = /partNumber=[6-9]&/;
    let held = 0;
    await gus.page.route(lastParts, async (route) => {
      // Requests between the outage and the reload get no response.
      if (++held > 4) return;
      if (held === 4) isHeld.resolve();
      await isOffline.promise;
      await route.abort("internetdisconnected").catch(() => undefined);
    });
    await dropFiles(gus.page.locator("main"), { files: [file] });
    await isHeld.promise;
    await gus.context.setOffline(true);
    isOffline.resolve();
    await rowOf(gus, "large.bin").getByText("Waiting for the connection").waitFor();
    await gus.context.setOffline(false);
    await gus.page.reload({ waitUntil: "commit" });
    await gus.page.unroute(lastParts);
    let sent = 0;
    gus.page.on("request", (request) => {
      if (request.url().includes("partNumber=") && request.method() === "PUT") sent += 1;
    });
    await untilAttached(gus, "large.bin");
    expect(await stored(gus.client, note.id)).toEqual(hashesOf([file]));
    expect(sent).toBe(4);
    expect(await keptUploads(gus)).toBe(0);
  });

  it("an interrupted upload in a page resumes after the next sign-in", async () => {
    const ida = await web.person("Ida Ends");
    const note = await open(ida);
    const file = randomFile("large.bin", { sizeBytes: MIB });
    // The bucket returns 412 when the page sends the file again, because it has received the file before the end of the session.
    ida.watch.expect(/^401 |^412 PUT/);
    const gate = Promise.withResolvers<void>();
    const isSending = Promise.withResolvers<void>();
    await ida.page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      isSending.resolve();
      await gate.promise;
      await route.continue();
    });
    await choose(ida, [file]);
    await isSending.promise;
    await ida.context.clearCookies();
    gate.resolve();
    await ida.page.getByText("Your session has ended.").waitFor();
    await ida.page.getByLabel("Email").fill(ida.email);
    await ida.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await ida.page.keyboard.press("Enter");
    await untilAttached(ida, "large.bin");
    expect(await stored(ida.client, note.id)).toEqual(hashesOf([file]));
  });

  it("after a reload, the page asks for the file of an upload over 512 MiB again", async () => {
    const emil = await web.person("Emil");
    await open(emil);
    await closeBucket(emil, web.service);
    const path = await fileOnDisk("huge.bin", HUGE);
    const row = rowOf(emil, "huge.bin");
    await chooseBy(emil.page.getByText(texts.attachments.empty.choose), path);
    await button(row, "Pause").waitFor();
    await expect.poll(() => keptUploads(emil)).toBe(1);
    emil.page.on("dialog", (dialog) => dialog.accept());
    await emil.page.reload();
    await row.getByText("Choose the file again to continue").waitFor();
    const again = row.getByText("Choose the file…");
    await chooseBy(again, { name: "huge.bin", mimeType: "", buffer: Buffer.from("another") });
    await row.getByText("That is another file: its name, size or date is not the same.").waitFor();
    await chooseBy(again, path);
    await button(row, "Pause").waitFor();
    await button(row, "Cancel").click();
    await expect.poll(() => keptUploads(emil)).toBe(0);
  });

  it("after a reload, an upload over 512 MiB resumes when the user drops the file again", async () => {
    const fritz = await web.person("Fritz");
    const note = await open(fritz);
    await closeBucket(fritz, web.service);
    const row = rowOf(fritz, "huge.bin");
    await dropFromDisk(fritz, [await fileOnDisk("huge.bin", HUGE)]);
    await button(row, "Pause").waitFor();
    await expect.poll(() => keptUploads(fritz)).toBe(1);
    await fritz.page.reload();
    await row.getByText("0 bytes of 538 MB").waitFor();
    await fritz.page.close();
    // After the last page of the site is closed, the browser withdraws the permission to read the file.
    const later = { ...fritz, page: await fritz.context.newPage() };
    await later.page.goto(`/n/${note.id}`);
    const laterRow = rowOf(later, "huge.bin");
    await laterRow.getByText("Your browser needs your permission to read the file again.").waitFor();
    await laterRow.getByRole("button", { name: "Continue" }).waitFor();
    await button(laterRow, "Remove from the list").click();
    await expect.poll(() => keptUploads(later)).toBe(0);
  });

  it("a page asks before it closes if the browser can't store its running upload", async () => {
    const dora = await web.person("Dora");
    await dora.page.addInitScript("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })");
    await open(dora);
    const bucket = await closeBucket(dora, web.service);
    await choose(dora, [text("a.txt", "hello")]);
    await filesOf(dora).getByRole("progressbar").waitFor();
    const asked = dora.page.waitForEvent("dialog");
    await dora.page.evaluate("setTimeout(() => location.reload())");
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    bucket.open();
    await untilAttached(dora, "a.txt");
  });
});
