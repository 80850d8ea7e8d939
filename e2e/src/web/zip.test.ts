import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FileUrls } from "../../../packages/contract/src/index.ts";
import { alterResponses } from "./scenes/scene.ts";
import { randomFile, type SampleFile, text } from "./testing/files.ts";
import { hashesOf, open, sha256 } from "./testing/note-files.ts";
import type { Person } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";
import { readZip } from "./testing/zip.ts";

const MIB = 2 ** 20;

describe("the ZIP of all files", () => {
  const web = startWeb();

  it("the browser makes a ZIP of all files without sending a byte through the service", async () => {
    const emil = await web.person("Emil");
    const files = [
      text("a.txt", "first"),
      text("a.txt", "second"),
      randomFile("c.bin", { sizeBytes: 3 * MIB }),
      { ...text("a.txt", "third"), path: "photos/2024/" },
    ];
    await emil.page.addInitScript("delete globalThis.showSaveFilePicker");
    await open(emil, files);
    const sizes: Promise<number>[] = [];
    emil.page.on("response", (response) => {
      // Does not read the response of /changes, because this event stream never ends.
      if (!response.url().startsWith(web.service.url) || response.url().includes("/changes")) return;
      sizes.push(
        response.body().then(
          (body) => body.length,
          () => 0,
        ),
      );
    });
    const download = emil.page.waitForEvent("download");
    await emil.page.getByRole("button", { name: "Download all" }).click();
    expect((await download).suggestedFilename()).toBe("Trip.zip");
    const entries = await readZip(await (await download).path());
    const { bytes } = files[2] as SampleFile;
    expect(entries.map(({ name, bytes }) => [name, sha256(bytes)]).sort()).toEqual(
      [
        ["a.txt", sha256(Buffer.from("first"))],
        ["a (2).txt", sha256(Buffer.from("second"))],
        ["c.bin", sha256(bytes)],
        ["photos/2024/a.txt", sha256(Buffer.from("third"))],
      ].sort(),
    );
    expect(Math.max(...(await Promise.all(sizes)))).toBeLessThan(100_000);
  });

  it("a sign-out or the next ZIP deletes the last ZIP from the storage of the browser", async () => {
    const jan = await web.person("Jan");
    await jan.page.addInitScript("delete globalThis.showSaveFilePicker");
    await open(jan, [text("a.txt", "first"), text("b.txt", "second")]);
    const downloadAll = async () => {
      const download = jan.page.waitForEvent("download");
      await jan.page.getByRole("button", { name: "Download all" }).click();
      await readZip(await (await download).path());
    };
    await downloadAll();
    const [first] = await storedNames(jan);
    await downloadAll();
    // The page keeps the first ZIP for a while, because the browser may still be saving it.
    expect(await storedNames(jan)).toHaveLength(2);
    await jan.page.clock.install({ time: Date.now() + 120_000 });
    await downloadAll();
    const names = await storedNames(jan);
    expect(names).toHaveLength(1);
    expect(names).not.toContain(first);
    await jan.page.getByRole("button", { name: "Jan" }).click();
    await jan.page.getByRole("menuitem", { name: "Sign out" }).click();
    await jan.page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await storedNames(jan)).toEqual([]);
  });

  it("the browser writes a ZIP into the file that the person chose", async () => {
    const fay = await web.person("Fay");
    // Replaces the save dialog of the browser. The user cancels the first dialog. The file of the second dialog is in the origin private
    // file system, not on the disk of the user.
    await fay.page.addInitScript(`globalThis.dialogs = 0;
    globalThis.showSaveFilePicker = async ({ suggestedName, types }) => {
      globalThis.dialogs += 1;
      if (globalThis.dialogs === 1) throw new DOMException("", "AbortError");
      return (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
    }`);
    const files = [text("a.txt", "first"), randomFile("c.bin", { sizeBytes: 3 * MIB })];
    await open(fay, files);
    const all = fay.page.getByRole("button", { name: "Download all" });
    await all.click();
    await expect.poll(() => fay.page.evaluate("globalThis.dialogs")).toBe(1);
    await all.click();
    await fay.page.getByText("All files are in the ZIP.").waitFor();
    const folder = await mkdtemp(join(tmpdir(), "valetkey-zip-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "Trip.zip"), await readStored(fay, "Trip.zip"));
    const entries = await readZip(join(folder, "Trip.zip"));
    expect(Object.fromEntries(entries.map(({ name, bytes }) => [name, sha256(bytes)]))).toEqual(hashesOf(files));
  });

  it("a ZIP contains a list of the files that could not be downloaded", async () => {
    const hana = await web.person("Hana");
    await hana.page.addInitScript("delete globalThis.showSaveFilePicker");
    await open(hana, [text("a.txt", "a"), text("b.txt", "b")]);
    // If the test deleted the file, the page could hide the button before the click.
    await alterResponses(hana.page, "**/attachments/urls", ({ urls }: FileUrls) => ({
      urls: urls.map(({ fileUrl, ...url }, nth) =>
        nth === 0 ? { ...url, code: "attachment_not_found" } : { ...url, fileUrl },
      ),
    }));
    const download = hana.page.waitForEvent("download");
    await hana.page.getByRole("button", { name: "Download all" }).click();
    const names = (await readZip(await (await download).path())).map(({ name }) => name);
    expect(names).toEqual(["b.txt", "NOT IN THIS ZIP.txt"]);
    const said = hana.page.getByRole("region", { name: "Notifications" });
    await said.getByText("Not in the ZIP, because they could not be downloaded: a.txt").waitFor();
  });
});

/** Lists the names of the files in the origin private file system. */
function storedNames({ page }: Person): Promise<string[]> {
  return page.evaluate("navigator.storage.getDirectory().then((folder) => Array.fromAsync(folder.keys()))");
}

/** Reads the content of a file in the origin private file system. */
async function readStored({ page }: Person, name: string): Promise<Buffer> {
  const url = await page.evaluate<string>(
    `navigator.storage.getDirectory().then((folder) => folder.getFileHandle("${name}")).then((handle) => handle.getFile()).then(
      (file) => new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.readAsDataURL(file);
      }),
    )`,
  );
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}
