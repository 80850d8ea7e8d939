import type { Page } from "playwright-core";
import type { Attachment } from "../../../../packages/client/src/index.ts";
import { png } from "./files.ts";
import { responseTo } from "./watch.ts";

type Sides = { width: number; height: number };

/** The aspect ratios of the photos: landscape, portrait, square, wide and very wide. */
const SHAPES: readonly Sides[] = [
  { width: 320, height: 213 },
  { width: 213, height: 320 },
  { width: 320, height: 240 },
  { width: 320, height: 213 },
  { width: 320, height: 180 },
  { width: 240, height: 320 },
  { width: 320, height: 320 },
  { width: 320, height: 213 },
  { width: 320, height: 70 },
];
const COLOURS = [
  { from: [46, 92, 72], to: [214, 198, 160] },
  { from: [58, 44, 80], to: [236, 170, 140] },
  { from: [30, 62, 92], to: [186, 214, 230] },
  { from: [92, 58, 36], to: [240, 216, 168] },
  { from: [40, 40, 44], to: [190, 190, 196] },
] as const;
/** Files of other kinds, between the pictures of a long list. */
const OTHERS = [
  { filename: "Programme of the day.pdf", contentType: "application/pdf", isPictured: true },
  { filename: "The speech.mp4", contentType: "video/mp4", isPictured: true },
  { filename: "Addresses of everybody who was there.csv", contentType: "text/csv", isPictured: false },
  { filename: "All of it.zip", contentType: "application/zip", isPictured: false },
];

/** Makes the files of a note with photos and their previews. With more than nine files, every ninth file is of another kind. */
export function pictureFiles(
  count: number,
): Pick<Attachment, "id" | "filename" | "sizeBytes" | "contentType" | "previews">[] {
  return Array.from({ length: count }, (_, nth) => {
    const other = nth % 9 === 5 && count > 9 ? OTHERS[((nth - 5) / 9) % OTHERS.length] : undefined;
    const { width, height } = other?.filename.endsWith(".pdf") ? { width: 226, height: 320 } : shapeOf(nth);
    const large = { name: "large" as const, width: width * 5, height: height * 5 };
    return {
      id: `018f3c1e-7c1e-7000-8000-${`${nth}`.padStart(12, "0")}`,
      filename: other?.filename ?? `IMG_${2041 + nth}.jpg`,
      sizeBytes: other === undefined ? 3_200_000 + 41_000 * nth : 832_000,
      contentType: other?.contentType ?? "image/jpeg",
      ...(other?.isPictured !== false && { previews: [{ name: "small" as const, width, height }, large] }),
    };
  });
}

const shapeOf = (nth: number): Sides => SHAPES[nth % SHAPES.length] ?? { width: 320, height: 213 };

/** The path of the picture of a file. `size`: `small`, `large`, or `file` for the original. */
export const picturePath = (id: string, size: string) => `/assets/pictures/${size}/${id}.png`;

type Serving = { delayMs?: number; isFailing?: (path: string) => boolean };

/** Serves the pictures of `pictureFiles`: PNG pictures with the aspect ratios of the previews. */
export async function servePictures(page: Page, { delayMs = 0, isFailing }: Serving = {}): Promise<void> {
  const pictures = new Map<string, Buffer>();
  await page.route("**/assets/pictures/**", async (route) => {
    const path = new URL(route.request().url()).pathname;
    if (isFailing?.(path) === true) return route.abort("connectionfailed");
    const nth = Number(path.slice(-16, -4));
    const times = path.includes("/small/") ? 1 : 4;
    const key = `${times} ${nth % (SHAPES.length * COLOURS.length)}`;
    const { width, height } = shapeOf(nth);
    const colours = COLOURS[nth % COLOURS.length];
    const body = pictures.get(key) ?? png("", { width: width * times, height: height * times, ...colours }).bytes;
    pictures.set(key, body);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs * (nth % 7)));
    return route.fulfill({ body, contentType: "image/png" }).catch(() => undefined);
  });
}

/** Adds the files of `pictureFiles` to the page of a note, which shows their pictures. The service does not know the added files. */
export async function standInForPictures(
  page: Page,
  { count, pathOf, ...serving }: { count: number; pathOf?: (nth: number) => string } & Serving,
): Promise<void> {
  await servePictures(page, serving);
  const createdAt = new Date(Date.now() - 3_600_000).toISOString();
  await page.route(/\/notes\/[\w-]{36}$/, async (route) => {
    const found = await responseTo(route);
    if (found === undefined) return;
    const note = JSON.parse(found.body);
    const attachments = pictureFiles(count).map((file, nth) => ({
      ...file,
      ...(pathOf !== undefined && { path: pathOf(nth) }),
      noteId: note.id,
      checksum: null,
      state: "ready",
      createdBy: note.owner,
      createdAt,
      ...(file.id.endsWith("2") && count < 100 && { access: { people: { count: 2 } } }),
    }));
    await route.fulfill({ response: found.response, json: { ...note, attachments, attachmentsCursor: null } });
  });
  const issue = (id: string, preview = "file") => ({
    fileUrl: new URL(picturePath(id, preview), page.url()).href,
    expiresIn: 60,
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
  await page.route("**/attachments/urls", (route) => {
    const { attachmentIds, preview } = route.request().postDataJSON();
    const urls = attachmentIds.map((attachmentId: string) => ({ attachmentId, ...issue(attachmentId, preview) }));
    return route.fulfill({ json: { urls } });
  });
  await page.route(/\/attachments\/[\w-]{36}\/url\?/, (route) => {
    const url = new URL(route.request().url());
    const id = url.pathname.split("/")[2] ?? "";
    return route.fulfill({ json: issue(id, url.searchParams.get("preview") ?? undefined) });
  });
}
