import { S3Error } from "../errors.ts";

const RANGE = /^bytes=(\d*)-(\d*)$/;

/** The bytes from `from` (included) to `to` (excluded). */
export type ByteRange = { from: number; to: number };

/**
 * Reads a Range header for an object of this size. Returns undefined if the client wants the whole object.
 *
 * The function ignores a header that is malformed or has several ranges, as RFC 9110 section 14.2 allows.
 * Throws InvalidRange if the range contains no byte of the object.
 */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = RANGE.exec(header ?? "");
  if (match === null) return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === "") return last === "" ? undefined : readSuffix(Number(last), sizeBytes);
  const from = Number(first);
  const to = last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (last !== "" && Number(last) < from) return undefined;
  if (from >= sizeBytes) throw unsatisfiable(sizeBytes);
  return { from, to };
}

function readSuffix(length: number, sizeBytes: number): ByteRange {
  if (length === 0 || sizeBytes === 0) throw unsatisfiable(sizeBytes);
  return { from: Math.max(0, sizeBytes - length), to: sizeBytes };
}

function unsatisfiable(sizeBytes: number): S3Error {
  return new S3Error("InvalidRange", "The requested range is not satisfiable", {
    details: { ActualObjectSize: String(sizeBytes) },
  });
}
