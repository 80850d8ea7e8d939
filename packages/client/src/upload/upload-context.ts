import type { Call, CallOptions } from "../call.ts";
import type { Platform } from "../platform.ts";
import type { FileSource } from "../send-bytes.ts";
import type { Attachment, SendFileBody, SentFile } from "../wire.ts";
import type { Lines } from "./lines.ts";
import type { Progress } from "./progress.ts";
import type { Retry } from "./retry.ts";
import type { SavedUpload } from "./store.ts";

export type SignedPut = { method: string; url: string; headers: Record<string, string> };

/**
 * An upload that the service has started, with the way to send its bytes. `sent`: the bucket already has all bytes. A visitor's upload for
 * a file request has no `attachmentId`.
 */
export type OpenUpload = { uploadId: string; attachmentId: string | undefined } & (
  | { kind: "put"; request: SignedPut }
  | { kind: "multipart"; partSize: number; partCount: number }
  | { kind: "sent" }
);

/** An uploaded attachment, or a file that a visitor sent for a file request. */
export type FinishedFile = Omit<Attachment, "noteId"> | SentFile;

/** The values that all steps of one upload share. */
export type UploadContext = {
  call: Call;
  lines: Lines;
  platform: Platform;
  retry: Retry;
  progress: Progress;
  saved: SavedUpload;
  receiver: Receiver;
  file: FileSource;
  /** The body of the request that starts the upload: the metadata of the file. */
  declared: SendFileBody;
  /** Called when the request that starts the upload is sent, or waits for a batch. */
  onQueued: () => void;
  onOpened: () => void;
  /** The upload that the client has started or resumed last. */
  opened?: OpenUpload;
  parallel: number;
  signal: AbortSignal;
};

/** The destination of an upload: a note, a file request, or an item of an application. */
export type Receiver = {
  /** Identifies the receiver in the store of unfinished uploads. */
  key: string;
  /** The path of the POST request that starts an upload. */
  startPath: string;
  /** The path of an upload, without its id. */
  uploadsPath: string;
  /** The path of the API calls for previews. The path is undefined if the receiver accepts no previews. */
  previewsPath?: string;
  /** Describes the API call that returns the finished file. */
  result(upload: { uploadId: string; attachmentId: string | undefined }): {
    method: string;
    path: string;
    body?: CallOptions["body"];
  };
};

/** Returns the receiver for a note. The finished file is an attachment. */
export function noteReceiver(noteId: string): Receiver {
  return {
    key: noteId,
    startPath: `/notes/${encodeURIComponent(noteId)}/uploads`,
    uploadsPath: "/uploads",
    previewsPath: "/attachments/previews",
    result: ({ attachmentId = "" }) => ({ method: "GET", path: `/attachments/${encodeURIComponent(attachmentId)}` }),
  };
}

/** Returns the receiver for an item of an application. The finished file is an `ItemFile`. */
export function itemReceiver(path: string): Receiver {
  return {
    key: `item:${path}`,
    startPath: `${path}/uploads`,
    uploadsPath: "/uploads",
    previewsPath: "/files/previews",
    result: ({ attachmentId = "" }) => ({ method: "GET", path: `/files/${encodeURIComponent(attachmentId)}` }),
  };
}

/** Returns the receiver for a file request. Each slot is a separate receiver. */
export function requestReceiver(token: string, slotId: string | undefined): Receiver {
  const uploadsPath = `/public/links/${encodeURIComponent(token)}/uploads`;
  return {
    // The first part of the token identifies the link. The rest of the token opens the link, so the store must not contain the rest.
    key: `link:${token.slice(token.lastIndexOf("~") + 1).slice(0, 21)}:${slotId ?? ""}`,
    startPath: uploadsPath,
    uploadsPath,
    // The upload is already complete when the client asks for the result. A second completion only returns the file.
    result: ({ uploadId }) => ({
      method: "POST",
      path: `${uploadsPath}/${encodeURIComponent(uploadId)}/complete`,
      body: {},
    }),
  };
}
