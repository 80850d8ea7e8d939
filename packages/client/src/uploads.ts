import { connect } from "./calls.ts";
import type { Client, ClientOptions } from "./client.ts";
import { detectPlatform } from "./platform.ts";
import { defaultStore } from "./stores/web-store.ts";
import { noteReceiver } from "./upload/receiver.ts";
import { startTask } from "./upload/upload-task.ts";
import type { Attachment } from "./wire.ts";

/**
 * Makes the part of a client that uploads files, with less code than a whole client. It sends no request. Throws `invalid_option` when
 * `baseUrl` is not a URL.
 *
 * @example
 * ```ts
 * import { createUploads } from "@valetkey/client";
 *
 * const uploads = createUploads({ baseUrl: "https://files.example.com", token: process.env.VALETKEY_TOKEN ?? "" });
 * console.log(typeof uploads.upload); // function
 * ```
 */
export function createUploads(options: ClientOptions): Pick<Client, "upload"> {
  return uploadsOn(connect(options), options);
}

export function uploadsOn(
  { baseUrl, fetch, call }: ReturnType<typeof connect>,
  { store = defaultStore() }: ClientOptions,
): Pick<Client, "upload"> {
  const platform = detectPlatform({ fetch });
  return {
    upload: (noteId, file, options = {}) =>
      startTask<Attachment>({ baseUrl, call, platform, store }, { receiver: noteReceiver(noteId), file, options }),
  };
}
