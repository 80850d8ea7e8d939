import { type LinkFile, type OpenedLink, readFile } from "@valetkey/client";
import { type ZipJob, type ZipSource, zipStream } from "../files/zip-stream.ts";
import type { Claims } from "./claims.ts";
import { texts } from "./texts/en.ts";

export { chooseTarget } from "../files/zip-target.ts";

/**
 * Makes a ZIP of the files. Before the first byte, the page requests the URLs of all files with one claim, so that the owner's activity has
 * only one event. If the URL of a file expires before the ZIP reads the file, the page requests a new URL.
 */
export async function zipOfFiles(
  files: readonly LinkFile[],
  { job, claims }: { job: ZipJob; claims: Claims },
): Promise<ReadableStream<Uint8Array>> {
  const { signal } = job;
  const unused = await claims.urlsForZip();
  const sources = files.map(
    ({ id, filename, path, sizeBytes }): ZipSource => ({
      filename,
      path,
      sizeBytes,
      lastModified: new Date(),
      open: () =>
        readFile({
          sizeBytes,
          signal,
          async getUrl() {
            const url = unused.get(id);
            unused.delete(id);
            return url ?? claims.urlOf(id, { disposition: "attachment", isClick: false });
          },
        }),
    }),
  );
  return zipStream(sources, { job, words: texts.zip });
}

/** The maximum length of the name of a ZIP in characters. File systems allow 255 bytes, and a character has up to four bytes. */
const MAX_NAME = 60;
/** Characters that some file systems refuse, control characters, and characters that change the text direction. */
const UNSAFE = /[\\/:*?"<>|\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Returns the name of the ZIP: the label of the link, or the name of the sender and the date. The page does not know the title of the note,
 * because a link shows only its own files.
 */
export function zipName({ label, sharedBy }: Pick<OpenedLink, "label" | "sharedBy">, { now }: { now: Date }): string {
  const { zip } = texts;
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => `${part}`.padStart(2, "0"))
    .join("-");
  const usual = sharedBy === "" ? zip.anonymous(date) : zip.from(sharedBy, date);
  return zip.name(asFilename(label) || asFilename(usual));
}

/**
 * Makes a text a safe filename. Windows removes dots and spaces at the end of a filename, and some systems hide filenames that begin with a
 * dot.
 */
function asFilename(text: string): string {
  const characters = [...text.replaceAll(UNSAFE, "_")].slice(0, MAX_NAME).join("");
  return characters.replace(/^[\s.]+|[\s.]+$/g, "");
}
