export type { GetToken } from "./call.ts";
export type { PageOptions } from "./calls/pages.ts";
export type { ShareSubject } from "./calls/shares.ts";
export type { TrashSubject } from "./calls/trash.ts";
export type { Cacheable, Disposition, UrlOptions } from "./calls/urls.ts";
export { type Calls, type CallsOptions, createCalls } from "./calls.ts";
export { type Client, createClient } from "./client.ts";
export { type Download, type ReadFileOptions, readFile } from "./download.ts";
export { type ClientErrorCode, type ErrorCode, isRetryable, ValetKeyError } from "./errors.ts";
export type { FileSource } from "./file-source.ts";
export {
  type FilesClient,
  type FilesOptions,
  type Item,
  type ItemFile,
  type ItemUploadTask,
  openFiles,
} from "./files/open-files.ts";
export type { LinkRequest, SendOptions } from "./links/file-request.ts";
export { type LinkOptions, type OpenedLinkClient, openLink } from "./links/open-link.ts";
export { type LinkCalls, openLinkCalls } from "./links/open-link-calls.ts";
export { memoryStore, type UploadStore } from "./stores/upload-store.ts";
export { type WebStorage, webStore } from "./stores/web-store.ts";
export type { UploadProgress, UploadState } from "./upload/progress.ts";
export type { UploadOptions } from "./upload/upload-options.ts";
export type { SendTask, UploadTask } from "./upload/upload-task.ts";
export { type ClientOptions, createUploads, type UploadsClient } from "./uploads.ts";
export type * from "./wire.ts";
