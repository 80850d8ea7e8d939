import { describe, expect, it } from "vitest";
import { attachments } from "../../../packages/web/src/texts/en/attachments.ts";
import { text } from "./testing/files.ts";
import { PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

/** Cuts a repeated text to at most 255 bytes of UTF-8, together with the extension. */
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

/** Returns the characters of each text node of an element from left to right, as a browser draws them. */
const DRAWN = `(element) => {
  const glyphs = [];
  for (const walker = document.createTreeWalker(element, 4); walker.nextNode();) {
    const node = walker.currentNode;
    if (node.parentElement.closest(".sr-only")) continue;
    let at = 0;
    for (const { segment } of new Intl.Segmenter().segment(node.data)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, (at += segment.length));
      const { left, width } = range.getBoundingClientRect();
      if (segment.trim() !== "") glyphs.push({ segment, middle: left + width / 2 });
    }
  }
  return glyphs.sort((a, b) => a.middle - b.middle).map(({ segment }) => segment).join("");
}`;

const READ = `(title) => {
  const drawn = ${DRAWN};
  const shown = [...document.querySelectorAll("[title]")].find((element) => element.title === title);
  const whole = Object.assign(document.createElement("span"), { dir: "auto", textContent: title });
  whole.style.cssText = "position: fixed; white-space: pre; font: inherit";
  shown.parentElement.append(whole);
  const [head, tail] = shown.querySelectorAll("[aria-hidden]");
  const isShort = head.scrollWidth <= head.clientWidth;
  const [one, two] = [head, tail].map((half) => half.getBoundingClientRect());
  const isRtl = getComputedStyle(shown).direction === "rtl";
  const room = shown.parentElement.getBoundingClientRect();
  const read = {
    isShort,
    order: drawn(shown),
    wanted: drawn(whole),
    halvesFollow: tail.textContent === "" || (isRtl ? two.right <= one.left + 1 : two.left >= one.right - 1),
    fits: shown.getBoundingClientRect().right <= room.right + 1,
  };
  whole.remove();
  return read;
}`;

type Read = { isShort: boolean; order: string; wanted: string; halvesFollow: boolean; fits: boolean };

describe("filenames of different scripts", () => {
  const web = startWeb();

  it("a filename in each script keeps the order of its letters, even when shortened", async () => {
    const ann = await web.person("Ann", PHONE);
    const note = await seedNote(ann.client, { title: "חוזה", files: names.map((name) => text(name, name)) });
    const { page } = ann;
    await page.goto(`/n/${note.id}`);
    const list = page.getByRole("region", { name: attachments.title });
    await list
      .getByTitle(names[0] as string, { exact: true })
      .first()
      .waitFor();
    for (const name of names) {
      await page.getByTitle(name, { exact: true }).first().scrollIntoViewIfNeeded();
      const read = await page.evaluate<Read>(`(${READ})(${JSON.stringify(name)})`);
      expect([name, read.halvesFollow, read.fits]).toEqual([name, true, true]);
      if (read.isShort) expect(read.order).toBe(read.wanted);
    }
  });
});
