import { iteratePages, type PageOptions } from "./call.ts";
import type { Disposition, UrlOptions } from "./calls/notes.ts";
import { type CallsOptions, connect } from "./calls.ts";
import { type Download, download } from "./download.ts";
import { ValetKeyError } from "./errors.ts";
import { detectPlatform } from "./platform.ts";
import type { PreviewOptions } from "./previews/preview.ts";
import { openPreviews } from "./previews/previews.ts";
import type { FileSource } from "./send-bytes.ts";
import { openLines } from "./upload/lines.ts";
import { defaultStore, type UploadStore } from "./upload/store.ts";
import { itemReceiver } from "./upload/upload-context.ts";
import type { UploadOptions } from "./upload/upload-options.ts";
import { startTask, type UploadTask } from "./upload/upload-task.ts";
import type { Attachment, FileUrl } from "./wire.ts";

/** An item of the application that can have files, such as invoice 42: `{ resource: "invoice", itemId: "42" }`. */
export type Item = { resource: string; itemId: string };

/** A file of an item of the application. */
export type ItemFile = Omit<Attachment, "noteId"> & { resource: string; itemId: string };

export type ItemUploadTask = Omit<UploadTask, "done"> & { readonly done: Promise<ItemFile> };

/** `baseUrl`: the URL of Valet Key's routes in the application, such as `https://app.example.com/files`, or `/files` in a page. */
export type FilesOptions = CallsOptions &
  PreviewOptions & {
    /** The store of unfinished uploads. Default: `localStorage` in a page, and memory on other platforms. */
    store?: UploadStore;
  };

/** A client for the files of an application that embeds Valet Key. Every failed call throws a ValetKeyError. */
export type FilesClient = {
  /** Returns one page of the files of an item, the oldest file first. */
  list(item: Item, options?: PageOptions): Promise<ItemFilePage>;
  /** Yields all files of an item, page by page. */
  iterate(item: Item, options?: Omit<PageOptions, "cursor">): AsyncGenerator<ItemFile>;
  /** Returns a file. Throws `attachment_not_found`, `access_denied`. */
  get(fileId: string, options?: { signal?: AbortSignal }): Promise<ItemFile>;
  /** Removes a file and its stored bytes. Throws `attachment_not_found`, `access_denied`. */
  remove(fileId: string): Promise<void>;
  /**
   * Issues a presigned URL of a file. Throws `attachment_not_found`, `access_denied`, `attachment_not_ready`, `expires_in_out_of_range`.
   */
  urlFor(fileId: string, options?: UrlOptions & Disposition): Promise<FileUrl>;
  /** Downloads a file from the bucket. */
  download(fileId: string, options?: { signal?: AbortSignal }): Promise<Download>;
  /**
   * Uploads a file directly to the bucket, and adds it to an item. The upload waits while the client sends many other files. If an earlier
   * upload of the same file to the same item was interrupted, `upload` resumes the earlier upload. Throws `invalid_option`. All other
   * failures reject `done`.
   */
  upload(item: Item, file: FileSource, options?: UploadOptions): ItemUploadTask;
};

type ItemFilePage = { items: ItemFile[]; nextCursor: string | null };

/**
 * Makes a client for the files of an application that uses `createValetKey`. `openFiles` sends no request. Throws `invalid_option` if
 * `baseUrl` is not a URL.
 *
 * @example
 * ```ts
 * import { openFiles } from "@valetkey/client";
 *
 * const files = openFiles({ baseUrl: "https://app.example.com/files" });
 * const invoice = { resource: "invoice", itemId: "42" };
 * const sent = await files.upload(invoice, new File(["the invoice"], "invoice.txt", { type: "text/plain" })).done;
 * const { fileUrl } = await files.urlFor(sent.id);
 * console.log(await (await fetch(fileUrl)).text()); // the invoice
 * ```
 */
export function openFiles({ store = defaultStore(), ...options }: FilesOptions): FilesClient {
  for (const name in options) check(NAMES.includes(name), `openFiles has no option ${name}. The options are ${NAMES}.`);
  const { baseUrl, fetch, call } = connect(options);
  const platform = detectPlatform({ fetch });
  const lines = openLines(call);
  const previews = openPreviews({ call, fetch, platform }, options);
  const filePath = (fileId: string) => `/files/${encodeURIComponent(fileId)}`;
  const list: FilesClient["list"] = async (item, { signal, ...query } = {}) =>
    call<ItemFilePage>("GET", itemPath(item), { query, signal });
  return {
    list,
    iterate: (item, pageOptions = {}) =>
      iteratePages((cursor) => list(item, { ...pageOptions, ...(cursor !== undefined && { cursor }) })),
    get: (fileId, { signal } = {}) => call<ItemFile>("GET", filePath(fileId), { signal }),
    remove: (fileId) => call<void>("DELETE", filePath(fileId)),
    urlFor: (fileId, { signal, ...query } = {}) =>
      call<FileUrl>("GET", `${filePath(fileId)}/url`, { query: { ...query }, signal }),
    download: (fileId, { signal } = {}) =>
      download({ call, fetch, platform }, { path: filePath(fileId), fileUrl: undefined, signal }),
    upload: (item, file, uploadOptions = {}) =>
      startTask<ItemFile>(
        { baseUrl, call, lines, platform, store, previews },
        { receiver: itemReceiver(itemPath(item)), file, options: uploadOptions },
      ),
  };
}

const NAMES = ["baseUrl", "token", "getToken", "fetch", "store", "previews"];

function itemPath({ resource, itemId }: Item): string {
  const names = [resource, itemId];
  check(
    names.every((name) => typeof name === "string"),
    "An item must be { resource, itemId } with two texts.",
  );
  return `/${names.map(encodeURIComponent).join("/")}`;
}

function check(isValid: boolean, problem: string): void {
  if (!isValid) throw new ValetKeyError("invalid_option", problem);
}
