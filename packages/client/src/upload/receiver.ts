import type { CallOptions } from "../call.ts";

/** The thing that receives an upload: a note, a file request, or an item of an application. */
export type Receiver = {
  /** Identifies the receiver in the store of unfinished uploads. */
  key: string;
  /** A POST to this path starts an upload. */
  startPath: string;
  /** The path to which the id of an upload is added. */
  uploadsPath: string;
  /** Describes the call that returns the finished file. */
  result(upload: { uploadId: string; attachmentId: string | undefined }): {
    method: string;
    path: string;
    body?: CallOptions["body"];
  };
};

/** Uploads to a note return its attachment. */
export function noteReceiver(noteId: string): Receiver {
  return {
    key: noteId,
    startPath: `/notes/${encodeURIComponent(noteId)}/uploads`,
    uploadsPath: "/uploads",
    result: ({ attachmentId = "" }) => ({ method: "GET", path: `/attachments/${encodeURIComponent(attachmentId)}` }),
  };
}

/** Uploads to an item of an application return its file. */
export function itemReceiver(path: string): Receiver {
  return {
    key: `item:${path}`,
    startPath: `${path}/uploads`,
    uploadsPath: "/uploads",
    result: ({ attachmentId = "" }) => ({ method: "GET", path: `/files/${encodeURIComponent(attachmentId)}` }),
  };
}

/** Uploads to a file request return the sent file. Each slot has its own uploads. */
export function requestReceiver(token: string, slotId: string | undefined): Receiver {
  const uploadsPath = `/public/links/${encodeURIComponent(token)}/uploads`;
  return {
    // The start of the token identifies the link. The rest of the token opens the link, so the store does not get it.
    key: `link:${token.slice(token.lastIndexOf("~") + 1).slice(0, 21)}:${slotId ?? ""}`,
    startPath: uploadsPath,
    uploadsPath,
    // A repeated completion returns the file.
    result: ({ uploadId }) => ({
      method: "POST",
      path: `${uploadsPath}/${encodeURIComponent(uploadId)}/complete`,
      body: {},
    }),
  };
}
