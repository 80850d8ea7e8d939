import type { CallOptions } from "../call.ts";

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
    // The upload is already complete. If the client completes it a second time, the service returns the file.
    result: ({ uploadId }) => ({
      method: "POST",
      path: `${uploadsPath}/${encodeURIComponent(uploadId)}/complete`,
      body: {},
    }),
  };
}
