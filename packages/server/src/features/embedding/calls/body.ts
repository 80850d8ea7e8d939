import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import mime from "mime/lite";
import { DomainError } from "../../../platform/errors.ts";
import { httpLimits } from "../../../platform/http/http-limits.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { watchProgress } from "../../uploads/file-form.ts";
import type { FileBody, NewFile } from "./types.ts";

/** An opened body. `sizeBytes`, `filename` and `contentType` are undefined if the body does not state them. */
type Source = {
  chunks: () => AsyncIterable<unknown>;
  sizeBytes?: number | undefined;
  filename?: string | undefined;
  contentType?: string | undefined;
};

/** The declaration of a file, with missing facts taken from its body. `sizeBytes` is undefined for a stream of unknown length. */
export type Declared = {
  filename: string;
  contentType: string;
  sizeBytes: number | undefined;
  chunks: Source["chunks"];
};

const SLICE_BYTES = 65_536;

/** The streams that a call has started to read. A stream can be read only once. */
const claimed = new WeakSet<object>();

/** Throws `invalid_request` if another call already reads the same stream, because each of two readers would get only some of the bytes. */
export function claimBody(body: unknown): void {
  const isReadOnce = isStream(body) || (isIterable(body) && "next" in body);
  if (!isReadOnce) return;
  if (claimed.has(body)) throw readBefore();
  claimed.add(body);
}

/** Reads the declaration of a file. Throws TypeError for a wrong argument, `invalid_request` for a used stream, and `upload_rejected`. */
export async function declare(file: NewFile): Promise<Declared> {
  const { body, filename, contentType, sizeBytes } = Object(file) as NewFile;
  const source = await openBody(body);
  const name = filename ?? source.filename;
  if (typeof name !== "string") throw new TypeError("filename is missing: a text such as invoice.pdf.");
  if (contentType !== undefined && typeof contentType !== "string") throw new TypeError("contentType must be a text.");
  checkLength(sizeBytes, "sizeBytes");
  checkLength(source.sizeBytes, "body.size");
  const length = source.sizeBytes ?? sizeBytes;
  if (sizeBytes !== undefined && length !== sizeBytes) throw otherLength(`has ${length} bytes`, sizeBytes);
  return {
    filename: name,
    contentType: contentType ?? (source.contentType || mime.getType(name)) ?? "application/octet-stream",
    sizeBytes: length,
    chunks: source.chunks,
  };
}

function checkLength(length: number | undefined, name: string): void {
  if (length === undefined || (Number.isSafeInteger(length) && length >= 0)) return;
  throw new TypeError(`${name} must be a whole number of bytes from 0.`);
}

async function openBody(body: FileBody): Promise<Source> {
  if (body instanceof ArrayBuffer) return ofBytes(new Uint8Array(body));
  if (ArrayBuffer.isView(body)) return ofBytes(new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  const { file, size, name, type, stream } = Object(body) as Record<string, unknown>;
  if (typeof size === "number" && typeof stream === "function") {
    const blob = body as Blob;
    const contentType = typeof type === "string" ? type : undefined;
    const filename = typeof name === "string" ? basename(name) : undefined;
    return { chunks: () => blob.stream(), sizeBytes: size, contentType, filename };
  }
  if (isIterable(body)) {
    const isUsed = isStream(body) && (Readable.isDisturbed(body) || Object(body).locked === true);
    if (isUsed) throw readBefore();
    return { chunks: () => body };
  }
  if (typeof file === "string") return ofFile(file);
  throw new TypeError(
    'body must be a Buffer, a Blob, a stream, or { file: "/a/path" }. Use Buffer.from(text) for a text.',
  );
}

function readBefore(): DomainError {
  return new DomainError("invalid_request", "The body was read before. Give a stream that nobody has read.");
}

function isIterable(body: unknown): body is AsyncIterable<unknown> {
  return typeof (Object(body) as AsyncIterable<unknown>)[Symbol.asyncIterator] === "function";
}

function isStream(body: unknown): body is Readable {
  return body instanceof Readable || body instanceof ReadableStream;
}

function ofBytes(bytes: Uint8Array): Source {
  return {
    sizeBytes: bytes.length,
    async *chunks() {
      yield bytes;
    },
  };
}

/** Opens a file on the disk. Rejects with the error of Node.js, such as `ENOENT`, if Node.js can't read the file. */
async function ofFile(path: string): Promise<Source> {
  const found = await stat(path);
  if (found.isDirectory()) throw new TypeError(`body.file must be the path of a file, and ${path} is a folder.`);
  const sizeBytes = found.isFile() ? found.size : undefined;
  return { chunks: () => createReadStream(path), sizeBytes, filename: basename(path) };
}

/**
 * Reads a body in slices. `confirm` gets the length after the last byte, and can still refuse the file. The returned stream fails with
 * `upload_rejected` if the length differs from the declared length. It fails with `request_timeout` if the body gives no byte for too long,
 * and with `upload_aborted` if the body fails.
 */
export async function* readBody(
  { chunks, sizeBytes }: Pick<Declared, "chunks" | "sizeBytes">,
  {
    confirm,
    limits = httpLimits.formProgress,
  }: { confirm: (sizeBytes: number) => Promise<void>; limits?: { stallMs: number } },
): AsyncGenerator<Buffer> {
  // The application may produce its bytes slowly, so a body has no minimum speed.
  const { stallMs } = limits;
  const progress = watchProgress({ stallMs, rateWindowMs: Number.POSITIVE_INFINITY, minBytesPerSecond: 0 });
  const iterator = chunks()[Symbol.asyncIterator]();
  let received = 0;
  let isOver = false;
  // An empty chunk does not count as progress.
  const nextBytes = async () => {
    let next = await iterator.next();
    while (!isOver && next.done !== true && (next.value as Uint8Array)?.length === 0) next = await iterator.next();
    return next;
  };
  try {
    for (;;) {
      const next = await progress.wait(nextBytes()).catch((error) => {
        throw failed(error);
      });
      if (next.done === true) break;
      if (!(next.value instanceof Uint8Array)) {
        throw new DomainError("invalid_request", "The body must give bytes, and no texts or objects.");
      }
      received += next.value.length;
      if (sizeBytes !== undefined && received > sizeBytes) throw otherLength("is longer", sizeBytes);
      // The bucket adapter overwrites the memory of the chunks that it gets, so the adapter gets copies of the application's memory.
      for (let at = 0; at < next.value.length; at += SLICE_BYTES) {
        yield Buffer.from(next.value.subarray(at, at + SLICE_BYTES));
      }
    }
  } finally {
    isOver = true;
    // `readBody` does not wait for `return()`, because the iterator of a body that hangs never ends.
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
  if (sizeBytes !== undefined && received < sizeBytes) throw otherLength(`ended after ${received} bytes`, sizeBytes);
  await confirm(received);
}

/** Releases a body that the service did not read to the end, such as the HTTP response of another server. */
export function discardBody(body: unknown): void {
  if (body instanceof Readable) body.on("error", () => undefined).destroy();
  if (body instanceof ReadableStream && !body.locked) body.cancel().catch(() => undefined);
}

function failed(error: unknown): unknown {
  if (error instanceof HttpProblem || error instanceof DomainError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  return new DomainError("upload_aborted", `The body failed before its end: ${cause}`, { cause: error });
}

function otherLength(what: string, declared: number): DomainError {
  return new DomainError("upload_rejected", `The body ${what}, and ${declared} bytes were declared. It was not kept.`);
}
