/**
 * A form that may be posted to the bucket, and what is to become of the file that comes by it. The one who holds it tells nobody when it
 * was posted: the service looks. Instants are milliseconds since the epoch.
 */
export type SignedForm = {
  id: string;
  noteId: string;
  userId: string;
  /** Where the form puts the file. It does not stay there: the form could be posted again. */
  objectKey: string;
  filename: string;
  contentType: string;
  /** Between which lengths the bucket takes the file. Bytes. */
  minBytes: number;
  maxBytes: number;
  /** What the file was made an upload as, by an attempt that is under way or ended early. */
  uploadId: string | undefined;
  expiresAt: number;
  createdAt: number;
  /** When whoever is free may look whether the file has come: the end of a pause, or of the lease of the one who is at it. */
  lookAt: number;
};

/** The largest file whose size was not said: where Uppy goes over to parts by itself. Bytes. */
const UNSIZED_MAX_BYTES = 100 * 2 ** 20;
/** The largest file that a form takes, and that can be copied at once. Source: Amazon S3, "POST Object" and "CopyObject". */
export const FORM_MAX_BYTES = 5 * 2 ** 30;

const FIRST_LOOK_MS = 1_000;
const LAST_PAUSE_MS = 3_000;

/** The lengths that a form is signed for: exactly what was declared, else anything up to `atMost` and to 100 MiB. Bytes. */
export function lengthsOfForm(options: { sizeBytes: number | undefined; atMost: number }) {
  const { sizeBytes, atMost } = options;
  if (sizeBytes !== undefined) return { minBytes: sizeBytes, maxBytes: sizeBytes };
  return { minBytes: 0, maxBytes: Math.min(UNSIZED_MAX_BYTES, atMost) };
}

/** When to look for the file of a form: soon, and then again and again, a little less often. */
export function nextLookAt({ createdAt }: { createdAt: number }, now: number): number {
  return now + Math.min(LAST_PAUSE_MS, Math.max(FIRST_LOOK_MS, Math.round((now - createdAt) / 10)));
}
