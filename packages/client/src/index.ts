export type { GetToken, PageOptions } from "./call.ts";
export type { Cacheable, Disposition, TrashSubject, UrlOptions } from "./calls/notes.ts";
export type { ShareSubject } from "./calls/sharing.ts";
export { type Calls, type CallsOptions, createCalls, openTokenRequests } from "./calls.ts";
export { type Client, type ClientOptions, createClient, createUploads, type UploadsClient } from "./client.ts";
export { type Download, type ReadFileOptions, readFile } from "./download.ts";
export { type ClientErrorCode, type ErrorCode, isRetryable, ValetKeyError } from "./errors.ts";
export { createUniqueNames, type NamedFile, pathOf } from "./file-names.ts";
export {
  type LinkOptions,
  type LinkRequest,
  type OpenedLinkClient,
  openLink,
  type SendOptions,
} from "./links/open-link.ts";
export { type LinkCalls, openLinkCalls } from "./links/visit.ts";
export {
  type FilesClient,
  type FilesOptions,
  type Item,
  type ItemFile,
  type ItemUploadTask,
  openFiles,
} from "./open-files.ts";
export type { MadePreview, PreviewMaker, PreviewOptions } from "./previews/preview.ts";
export type { FileSource } from "./send-bytes.ts";
export { createSpeedMeter, type UploadProgress, type UploadState } from "./upload/progress.ts";
export { memoryStore, type UploadStore, type WebStorage, webStore } from "./upload/store.ts";
export type { UploadOptions } from "./upload/upload-options.ts";
export { uploadSlots } from "./upload/upload-slots.ts";
export type { SendTask, UploadTask } from "./upload/upload-task.ts";
export type * from "./wire.ts";
