import type { Call, CallOptions } from "../call.ts";
import type { Platform } from "../platform.ts";
import type { FileSource } from "../send-bytes.ts";
import type { Attachment, SendFileBody, SentFile } from "../wire.ts";
import type { Progress } from "./progress.ts";
import type { Retry } from "./retry.ts";
import type { SavedUpload } from "./store.ts";

/** A PUT that the service has signed. */
export type SignedPut = { method: string; url: string; headers: Record<string, string> };

/**
 * An upload that the service has started, and how the client sends its bytes. `sent`: the bucket already has all bytes. `attachmentId` is
 * undefined for an upload that a visitor sends for a file request.
 */
export type OpenUpload = { uploadId: string; attachmentId: string | undefined } & (
  | { kind: "put"; request: SignedPut }
  | { kind: "multipart"; partSize: number; partCount: number }
  | { kind: "sent" }
);

/** A file that was uploaded to a note, or sent for a file request. */
export type FinishedFile = Attachment | SentFile;

/** The values that the steps of one upload share. */
export type UploadContext = {
  call: Call;
  platform: Platform;
  retry: Retry;
  progress: Progress;
  saved: SavedUpload;
  receiver: Receiver;
  file: FileSource;
  /** The body of the request that starts the upload. The body describes the file. */
  declared: SendFileBody;
  /** The upload that was started or resumed last. */
  opened?: OpenUpload;
  parallel: number;
  /** Aborts when the caller aborts the upload. */
  signal: AbortSignal;
};

/** The thing that receives an upload: a note, a file request, or an item of an application. */
export type Receiver = {
  /** Identifies the receiver in the store of unfinished uploads. */
  key: string;
  /** A POST to this path starts an upload. */
  startPath: string;
  /** The path of an upload without its id. */
  uploadsPath: string;
  /** Describes the call that returns the finished file. */
  result(upload: { uploadId: string; attachmentId: string | undefined }): {
    method: string;
    path: string;
    body?: CallOptions["body"];
  };
};

/** Describes a note as the receiver. The finished file is an attachment of the note. */
export function noteReceiver(noteId: string): Receiver {
  return {
    key: noteId,
    startPath: `/notes/${encodeURIComponent(noteId)}/uploads`,
    uploadsPath: "/uploads",
    result: ({ attachmentId = "" }) => ({ method: "GET", path: `/attachments/${encodeURIComponent(attachmentId)}` }),
  };
}

/** Describes an item of an application as the receiver. The finished file is a file of the item. */
export function itemReceiver(path: string): Receiver {
  return {
    key: `item:${path}`,
    startPath: `${path}/uploads`,
    uploadsPath: "/uploads",
    result: ({ attachmentId = "" }) => ({ method: "GET", path: `/files/${encodeURIComponent(attachmentId)}` }),
  };
}

/** Describes a file request as the receiver. Each slot counts as a separate receiver. */
export function requestReceiver(token: string, slotId: string | undefined): Receiver {
  const uploadsPath = `/public/links/${encodeURIComponent(token)}/uploads`;
  return {
    // The first part of the token identifies the link. The rest of the token can open the link, so the store must not contain it.
    key: `link:${token.slice(token.lastIndexOf("~") + 1).slice(0, 21)}:${slotId ?? ""}`,
    startPath: uploadsPath,
    uploadsPath,
    // The upload is already complete. If the client completes the upload a second time, the service returns the file.
    result: ({ uploadId }) => ({
      method: "POST",
      path: `${uploadsPath}/${encodeURIComponent(uploadId)}/complete`,
      body: {},
    }),
  };
}
