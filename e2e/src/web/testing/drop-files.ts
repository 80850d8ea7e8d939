import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import type { SampleFile } from "./files.ts";
import type { Person } from "./person.ts";

// The browser types that this file needs. The tests are compiled without the types of the DOM.
type Dom = {
  document: { createElement(tag: "input"): FileInput };
  DataTransfer: new () => { items: { add(file: File): void } };
  DragEvent: new (type: string, init: object) => object;
};
type FileInput = { type: string; multiple: boolean; files: File[] };

/**
 * Dispatches the events of a browser whose user drops files on the element. The files are on the disk, so they may be large. With `isHeld`,
 * only drags the files over the element without a drop.
 */
export async function dropFiles(
  target: Locator,
  { files, isHeld = false }: { files: readonly SampleFile[]; isHeld?: boolean },
): Promise<void> {
  const input = await fileInput(target.page(), files);
  await target.evaluate(
    (element, { input, isHeld }) => {
      const { DataTransfer, DragEvent } = globalThis as unknown as Dom;
      const dataTransfer = new DataTransfer();
      for (const file of (input as unknown as FileInput).files) dataTransfer.items.add(file);
      for (const type of ["dragenter", "dragover", ...(isHeld ? [] : ["drop"])]) {
        const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true });
        (element as unknown as { dispatchEvent(event: object): void }).dispatchEvent(event);
      }
    },
    { input, isHeld },
  );
}

async function fileInput(page: Page, files: readonly SampleFile[]) {
  const handle = await page.evaluateHandle(() => {
    const input = (globalThis as unknown as Dom).document.createElement("input");
    input.type = "file";
    input.multiple = true;
    return input;
  });
  const folder = await mkdtemp(join(tmpdir(), "valetkey-drop-"));
  page.once("close", () => void rm(folder, { recursive: true, force: true }));
  const paths = files.map(({ name }) => join(folder, name));
  for (const [index, path] of paths.entries()) await writeFile(path, files[index]?.bytes ?? "");
  const input = handle.asElement();
  await input?.setInputFiles(paths);
  return input;
}

/**
 * Makes the browser itself drop files or folders from the disk, by default in the middle of a note. Only a real drop gives the page file
 * system handles, and the entries of folders.
 */
export async function dropFromDisk(
  { page, context, on }: Pick<Person, "page" | "context"> & { on?: Locator },
  paths: readonly string[],
): Promise<void> {
  const box = await on?.boundingBox();
  const place = box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: 900, y: 400 };
  const session = await context.newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, ...place, data });
  }
}
