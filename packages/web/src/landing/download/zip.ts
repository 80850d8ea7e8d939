import { type LinkFile, readFile } from "@valetkey/client";
import { type ZipJob, type ZipSource, zipStream } from "../../files/zip-stream.ts";
import { texts } from "../texts/index.ts";
import type { Claims } from "./claims.ts";

export { chooseTarget } from "../../files/zip-target.ts";

/**
 * Makes a ZIP of the files. Makes one download claim before the first byte. Requests the URL of each other file when the page starts to read
 * the file.
 */
export async function zipOfFiles(
  files: readonly LinkFile[],
  { job, claims }: { job: ZipJob; claims: Claims },
): Promise<ReadableStream<Uint8Array>> {
  const [first] = files;
  const { signal } = job;
  const unused = new Map<string, string>();
  if (first !== undefined) {
    unused.set(first.id, await claims.urlOf(first.id, { disposition: "attachment", isClick: true }));
  }
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
