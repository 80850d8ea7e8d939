import { describe, expect, it } from "vitest";
import { attachments } from "../../../packages/web/src/texts/en/attachments.ts";
import { text } from "./testing/files.ts";
import { PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

/** Cuts a repeated text, so that it has at most 255 bytes of UTF-8 with its extension. */
function longest(part: string): string {
  let name = "";
  while (new TextEncoder().encode(`${name}${part}.txt`).length <= 255) name += part;
  return `${name}.txt`;
}

const names = [
  "חוזה שכירות דירה.txt",
  "חוזה 20240131.txt",
  "עקد Contract final.txt",
  "عقد إيجار الشقة الجديدة.txt",
  "Vertrag für das Haus חוזה חדש.txt",
  "租房合同二零二四年.txt",
  "family 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧.txt",
  longest("חוזה שכירות "),
  longest("عقد إيجار "),
  longest("租房合同"),
  longest("Rental contract "),
];

/** The maximum height of a filename in pixels: three lines, because a name of two lines may break badly. */
const MOST_PX = 76;

describe("filenames in different scripts", () => {
  const web = startWeb();

  it("a filename in any script fits its row, and a long filename wraps", async () => {
    const ann = await web.person("Ann", PHONE);
    const note = await seedNote(ann.client, { title: "חוזה", files: names.map((name) => text(name, name)) });
    const { page } = ann;
    await page.goto(`/n/${note.id}`);
    const list = page.getByRole("region", { name: attachments.title });
    for (const name of names) {
      const shown = list.getByTitle(name, { exact: true });
      await shown.scrollIntoViewIfNeeded();
      const [box, row] = [await shown.boundingBox(), await list.boundingBox()];
      const isInside = (box?.x ?? 0) + (box?.width ?? 0) <= (row?.x ?? 0) + (row?.width ?? 0);
      expect([name, isInside, (box?.height ?? 0) <= MOST_PX]).toEqual([name, true, true]);
    }
  });
});
