import { type Calls, callsOn, connect } from "./calls.ts";
import { type Download, download } from "./download.ts";
import { detectPlatform } from "./platform.ts";
import { type ClientOptions, type UploadsClient, uploadsOn } from "./uploads.ts";

/** A client with all calls to the service, uploads and downloads. Every failed call of a client throws a ValetKeyError. */
export type Client = Calls &
  UploadsClient & {
    /**
     * Downloads a file from the bucket. The parameter `fileUrl` is a URL of the file that the service has already issued.
     * Without `fileUrl`, the client requests a URL.
     */
    download(attachmentId: string, options?: { fileUrl?: string; signal?: AbortSignal }): Promise<Download>;
  };

/**
 * Makes a client of the service. The function `createClient` sends no request. Throws `invalid_option` when `baseUrl` is not a URL.
 *
 * @example
 * ```ts
 * import { createClient } from "@valetkey/client";
 *
 * const client = createClient({ baseUrl: "https://files.example.com", token: process.env.VALETKEY_TOKEN ?? "" });
 * const note = await client.notes.create({ title: "Quarterly report" });
 * const file = new File(["the report"], "report.txt", { type: "text/plain" });
 * const attachment = await client.upload(note.id, file).done;
 * console.log(attachment.state); // ready
 *
 * const { fileUrl } = await client.urlFor(attachment.id, { expiresIn: 60 });
 * console.log(await (await fetch(fileUrl)).text()); // the report
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const connected = connect(options);
  const { fetch, call } = connected;
  const platform = detectPlatform({ fetch });
  return {
    ...callsOn(call),
    download: (attachmentId, { fileUrl, signal } = {}) =>
      download(
        { call, fetch, platform },
        { path: `/attachments/${encodeURIComponent(attachmentId)}`, fileUrl, signal },
      ),
    ...uploadsOn(connected, options),
  };
}
