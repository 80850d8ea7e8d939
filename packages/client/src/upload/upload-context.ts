import type { Call, CallOptions } from "../call.ts";
import type { Platform } from "../platform.ts";
import type { FileSource } from "../send-bytes.ts";
import type { Attachment, SendFileBody, SentFile } from "../wire.ts";
import type { Lines } from "./lines.ts";
import type { Progress } from "./progress.ts";
import type { Retry } from "./retry.ts";
import type { SavedUpload } from "./store.ts";

/** A PUT that the service has signed. */
export type SignedPut = { method: string; url: string; headers: Record<string, string> };

/**
 * An upload that the service has started, and the way in which the client sends the bytes. `sent`: the bucket already has all bytes. The
 * member `attachmentId` is undefined for an upload of a visitor for a file request.
 */
export type OpenUpload = { uploadId: string; attachmentId: string | undefined } & (
  | { kind: "put"; request: SignedPut }
  | { kind: "multipart"; partSize: number; partCount: number }
  | { kind: "sent" }
);

/** A finished file was uploaded to a note, or sent for a file request. */
export type FinishedFile = Attachment | SentFile;

/** All steps of one upload share the values of `UploadContext`. */
export type UploadContext = {
  call: Call;
  lines: Lines;
  platform: Platform;
  retry: Retry;
  progress: Progress;
  saved: SavedUpload;
  receiver: Receiver;
  file: FileSource;
  /** The body of the request that starts the upload. The body contains the metadata of the file. */
  declared: SendFileBody;
  /** Called when the request that starts the upload is sent, or waits for a batch. */
  onQueued: () => void;
  /** Called when the service has started the upload. */
  onOpened: () => void;
  /** The upload that the client started or resumed last. */
  opened?: OpenUpload;
  parallel: number;
  /** The signal aborts when the caller aborts the upload. */
  signal: AbortSignal;
};

/** The receiver of an upload is a note, a file request, or an item of an application. */
export type Receiver = {
  /** The key identifies the receiver in the store of unfinished uploads. */
  key: string;
  /** A POST request to `startPath` starts an upload. */
  startPath: string;
  /** The path of an upload without the id of the upload. */
  uploadsPath: string;
  /** The path of the calls for previews. Undefined if the receiver accepts no previews. */
  previewsPath?: string;
  /** Describes the call that returns the finished file. */
  result(upload: { uploadId: string; attachmentId: string | undefined }): {
    method: string;
    path: string;
    body?: CallOptions["body"];
  };
};

/** Makes a receiver for a note. A finished file of a note is an attachment. */
export function noteReceiver(noteId: string): Receiver {
  return {
    key: noteId,
    startPath: `/notes/${encodeURIComponent(noteId)}/uploads`,
    uploadsPath: "/uploads",
    previewsPath: "/attachments/previews",
    result: ({ attachmentId = "" }) => ({ method: "GET", path: `/attachments/${encodeURIComponent(attachmentId)}` }),
  };
}

/** Makes a receiver for an item of an application. A finished file of an item is an ItemFile. */
export function itemReceiver(path: string): Receiver {
  return {
    key: `item:${path}`,
    startPath: `${path}/uploads`,
    uploadsPath: "/uploads",
    previewsPath: "/files/previews",
    result: ({ attachmentId = "" }) => ({ method: "GET", path: `/files/${encodeURIComponent(attachmentId)}` }),
  };
}

/** Makes a receiver for a file request. Each slot of a file request is a separate receiver. */
export function requestReceiver(token: string, slotId: string | undefined): Receiver {
  const uploadsPath = `/public/links/${encodeURIComponent(token)}/uploads`;
  return {
    // The first part of the token identifies the link. The rest of the token can open the link, so the store must not contain the rest of
    // the token.
    key: `link:${token.slice(token.lastIndexOf("~") + 1).slice(0, 21)}:${slotId ?? ""}`,
    startPath: uploadsPath,
    uploadsPath,
    // The upload is already complete when the client asks for the result. If the client completes a complete upload again, the service
    // returns the file.
    result: ({ uploadId }) => ({
      method: "POST",
      path: `${uploadsPath}/${encodeURIComponent(uploadId)}/complete`,
      body: {},
    }),
  };
}
