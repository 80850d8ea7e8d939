import { type Range, readRange } from "../../files/read-range.ts";
import { client } from "../../service/client.ts";

/**
 * Returns a function that reads bytes of a file. The function uses a URL until the bucket refuses it, and then requests another URL. The
 * activity of the owner shows the first URL as a view, and each later URL as a renewal. Rejects with ValetKeyError.
 */
export function fileReader(attachmentId: string): (range: Range) => Promise<Uint8Array<ArrayBuffer>> {
  let issuing: Promise<string> | undefined;
  let issued: string | undefined;
  async function issue(): Promise<string> {
    const purpose = issued === undefined ? "view" : "renewal";
    issued = (await client.urlFor(attachmentId, { disposition: "inline", purpose })).fileUrl;
    return issued;
  }
  const source = {
    getUrl() {
      issuing ??= issue().catch((error) => {
        issuing = undefined;
        throw error;
      });
      return issuing;
    },
    discardUrl(url: string) {
      if (url === issued) issuing = undefined;
    },
  };
  return (range) => readRange(source, range);
}
