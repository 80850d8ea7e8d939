import { type Calls, type CallsOptions, callsOn, connect } from "./calls.ts";
import { type Download, download } from "./download.ts";
import { detectPlatform } from "./platform.ts";
import type { PreviewOptions } from "./previews/preview.ts";
import { openPreviews } from "./previews/previews.ts";
import type { FileSource } from "./send-bytes.ts";
import { openLines } from "./upload/lines.ts";
import { defaultStore, type UploadStore } from "./upload/store.ts";
import { noteReceiver } from "./upload/upload-context.ts";
import type { UploadOptions } from "./upload/upload-options.ts";
import { startTask, type UploadTask } from "./upload/upload-task.ts";
import type { Attachment } from "./wire.ts";

/** A client with all calls to the service, and with uploads and downloads. Every failed call throws a ValetKeyError. */
export type Client = Calls &
  UploadsClient & {
    /**
     * Downloads a file from the bucket. `fileUrl`: a URL of the file that the service has already issued. Default: the client requests a
     * URL.
     */
    download(attachmentId: string, options?: { fileUrl?: string; signal?: AbortSignal }): Promise<Download>;
  };

/**
 * Makes a client of the service. `createClient` sends no request. Throws `invalid_option` if `baseUrl` is not a URL.
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

export type ClientOptions = CallsOptions &
  PreviewOptions & {
    /** The store of unfinished uploads. Default: `localStorage` in a page, and memory on other platforms. */
    store?: UploadStore;
  };

export type UploadsClient = {
  /**
   * Uploads a file directly to the bucket, and attaches it to a note. The service chooses a single PUT or a multipart upload. The upload
   * waits while the client sends many other files. If an earlier upload of the same file to the same note was interrupted, `upload` resumes
   * the earlier upload. Throws `invalid_option`. All other failures reject `done`.
   */
  upload(noteId: string, file: FileSource, options?: UploadOptions): UploadTask;
};

/**
 * Makes a client that can only upload files, with less code than `createClient`. `createUploads` sends no request. Throws `invalid_option`
 * if `baseUrl` is not a URL.
 *
 * @example
 * ```ts
 * import { createUploads } from "@valetkey/client";
 *
 * const uploads = createUploads({ baseUrl: "https://files.example.com", token: process.env.VALETKEY_TOKEN ?? "" });
 * console.log(typeof uploads.upload); // function
 * ```
 */
export function createUploads(options: ClientOptions): UploadsClient {
  return uploadsOn(connect(options), options);
}

export function uploadsOn(
  { baseUrl, fetch, call }: ReturnType<typeof connect>,
  { store = defaultStore(), ...options }: ClientOptions,
): UploadsClient {
  const platform = detectPlatform({ fetch });
  const previews = openPreviews({ call, fetch, platform }, options);
  const deps = { baseUrl, call, lines: openLines(call), platform, store, previews };
  return {
    upload: (noteId, file, options = {}) =>
      startTask<Attachment>(deps, { receiver: noteReceiver(noteId), file, options }),
  };
}
