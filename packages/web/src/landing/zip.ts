import { type LinkFile, readFile } from "@valetkey/client";
import { type ZipJob, type ZipSource, zipStream } from "../files/zip-stream.ts";
import type { Claims } from "./claims.ts";
import { texts } from "./texts/en.ts";

export { chooseTarget } from "../files/zip-target.ts";

/**
 * Makes a ZIP of the files. Requests the URLs of all files with one claim before the first byte, so that the activity of the owner has one
 * event. If the URL of a file expires before the page reads the file, the page requests another one.
 */
export async function zipOfFiles(
  files: readonly LinkFile[],
  { job, claims }: { job: ZipJob; claims: Claims },
): Promise<ReadableStream<Uint8Array>> {
  const { signal } = job;
  const unused = await claims.urlsForZip();
  const sources = files.map(
    ({ id, filename, sizeBytes }): ZipSource => ({
      filename,
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
