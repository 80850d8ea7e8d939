"use client";

export { type DropOptions, Dropzone, type DropzoneProps, usePageDrop } from "./dropzone.tsx";
export { Files, type FilesProps } from "./files.tsx";
export type { FilesAction, FilesTexts } from "./files-texts.ts";
export { Preview, type PreviewProps, usePreview } from "./preview.tsx";
export { useValetKey, ValetKeyProvider, type ValetKeyProviderProps } from "./provider.tsx";
export { type DownloadFile, type DownloadOptions, useDownload } from "./use-download.ts";
export { type FileUrlOptions, type FileUrlState, useFileUrl } from "./use-file-url.ts";
export {
  type AddOptions,
  type UploadingFile,
  type Uploads,
  type UploadsOptions,
  type UploadsProgress,
  useUploads,
} from "./use-uploads.ts";
