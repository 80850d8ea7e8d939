"use client";

export { Dropzone, type DropzoneProps } from "./dropzone.tsx";
export type { FileUrlOptions, FileUrlState } from "./file-url.ts";
export { useValetKey, ValetKeyProvider, type ValetKeyProviderProps } from "./provider.tsx";
export type { AddOptions, UploadingFile } from "./uploads.ts";
export { type DownloadFile, type DownloadOptions, useDownload } from "./use-download.ts";
export type { DropOptions } from "./use-drop.ts";
export { useFileUrl } from "./use-file-url.ts";
export { usePageDrop } from "./use-page-drop.ts";
export { type Uploads, type UploadsOptions, type UploadsProgress, useUploads } from "./use-uploads.ts";
