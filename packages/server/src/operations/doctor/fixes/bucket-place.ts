import type { DoctorParts } from "../parts.ts";

/** The facts about the bucket that the commands of a remedy need. */
export type BucketPlace = Pick<DoctorParts, "provider"> & { bucket: Pick<DoctorParts["bucket"], "name" | "endpoint"> };

/** Makes an `aws s3api` command for this bucket, at its endpoint. */
export function s3api({ bucket }: BucketPlace, command: string, ...options: string[]): string {
  const endpoint = bucket.endpoint === undefined ? [] : [`--endpoint-url ${bucket.endpoint}`];
  return [`aws s3api ${command}`, ...endpoint, `--bucket ${bucket.name}`, ...options].join(" \\\n  ");
}

/** Returns a JSON document as a quoted argument for a shell command. */
export function quoted(document: unknown): string {
  return `'${JSON.stringify(document)}'`;
}
