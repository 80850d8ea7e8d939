import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { Multipart } from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { HttpProblem } from "../../platform/http/problem.ts";
import type { FormProgressLimits } from "../../platform/http/routes.ts";
import { streamOf } from "../../platform/http/wire.ts";

/**
 * The only file of a form, and its path if the form has one. The stream ends only after the service has read the whole form and found no
 * other part.
 */
export type FormFile = {
  filename: string;
  path: string | undefined;
  contentType: string;
  /** The stream fails with an HttpProblem if the form is invalid. */
  body: Readable;
};

type Form = { parts: AsyncIterableIterator<Multipart>; progress: FormProgress };

// The limits allow one more part than a valid form has, so that the error text can name the extra part. A path has at most 1,024
// characters of up to 3 bytes.
const limits = { fileSize: Number.POSITIVE_INFINITY, files: 2, fields: 2, parts: 4, fieldSize: 3_072, headerPairs: 32 };

// Each stream of the parser buffers only one chunk, because many forms can wait together.
const buffering = { highWaterMark: 1, fileHwm: 1 };

/** Refuses a form by its declared length, before its body is read. Throws `file_too_large`. */
export function refuseOversize(contentLength: string | undefined, maxBytes: number): void {
  if (contentLength === undefined || Number(contentLength) <= maxBytes) return;
  const limit = maxBytes - httpLimits.formOverheadBytes;
  throw new HttpProblem("file_too_large", `The file is larger than the limit of ${limit} bytes.`);
}

/** Returns the smallest and largest possible length of the file in a form with this length. Returns undefined without a length. */
export function lengthOfFile(contentLength: string | undefined): { atLeast: number; atMost: number } | undefined {
  if (contentLength === undefined) return undefined;
  const atMost = Number(contentLength);
  return { atLeast: Math.max(0, atMost - httpLimits.formOverheadBytes), atMost };
}

/** Reads a form up to the first byte of its file. Throws `invalid_request`, `invalid_filename`, `upload_aborted` or `request_timeout`. */
export async function openForm(request: FastifyRequest, progressLimits: FormProgressLimits): Promise<FormFile> {
  const form: Form = { parts: request.parts({ limits, ...buffering }), progress: watchProgress(progressLimits) };
  const first = await nextPart(form);
  const path = first && pathOf(first);
  const part = path === undefined ? first : await nextPart(form);
  if (part === undefined) throw invalid('The form is empty, or has no file. Send the file in the field "file".');
  if (part.type !== "file" || part.fieldname !== "file") throw unexpected(part);
  if (!part.filename) throw new HttpProblem("invalid_filename", "The file has no filename.");
  return {
    filename: part.filename,
    path,
    contentType: part.mimetype,
    body: streamOf(wholeForm(part.file, form)),
  };
}

/** Returns the text of the field "path". Returns undefined for another part, or for a text that is longer than a path can be. */
function pathOf(part: Multipart): string | undefined {
  if (part.type !== "field" || part.fieldname !== "path" || part.valueTruncated) return undefined;
  return typeof part.value === "string" ? part.value : undefined;
}

/** Reads and drops the rest of a refused form for a short time, so that the client can read the response. */
export function dropRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.unpipe();
  request.resume();
  const timer = setTimeout(() => request.destroy(), httpLimits.lingerMs).unref();
  const stop = (): void => clearTimeout(timer);
  request.once("end", stop).once("close", stop);
}

async function* wholeForm(file: Readable, form: Form): AsyncGenerator<Buffer> {
  const chunks = file[Symbol.asyncIterator]();
  try {
    for (let next = await form.progress.wait(chunks.next()); !next.done; ) {
      form.progress.add(next.value.length);
      yield next.value;
      next = await form.progress.wait(chunks.next());
    }
  } catch (error) {
    throw broken(error);
  } finally {
    file.destroy();
  }
  const part = await nextPart(form);
  if (part !== undefined) throw unexpected(part);
}

async function nextPart({ parts, progress }: Form): Promise<Multipart | undefined> {
  try {
    const next = await progress.wait(parts.next());
    return next.done === true ? undefined : next.value;
  } catch (error) {
    throw broken(error);
  }
}

function broken(cause: unknown): HttpProblem {
  if (cause instanceof HttpProblem) return cause;
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (code === "FST_MP_PREMATURE_CLOSE") {
    return new HttpProblem("upload_aborted", "The connection closed before the file was complete.", { cause });
  }
  if (typeof code === "string" && code.startsWith("FST_")) {
    return new HttpProblem("invalid_request", "The form has too many parts. Send only one file.", { cause });
  }
  return new HttpProblem("invalid_request", "The form is malformed or incomplete.", { cause });
}

function unexpected(part: Multipart): HttpProblem {
  // If a part has no name, `fieldname` is undefined, although its TypeScript type does not allow undefined.
  const name = JSON.stringify((part.fieldname ?? "").slice(0, 64));
  const found = part.type === "file" ? `a second or misnamed file in the field ${name}` : `the field ${name}`;
  return invalid(
    `The form has ${found}. Send only one file, in the field "file", and its path before it, in the field "path".`,
  );
}

function invalid(message: string): HttpProblem {
  return new HttpProblem("invalid_request", message);
}

export type FormProgress = {
  /** Waits for the next bytes or the next part of the form. Rejects with `request_timeout` if the client is silent or too slow. */
  wait<T>(arrival: Promise<T>): Promise<T>;
  add(bytes: number): void;
};

/**
 * Aborts a form that arrives too slowly. Counts only the time in which the service waits for the client, so a slow bucket aborts nothing.
 */
export function watchProgress({ stallMs, rateWindowMs, minBytesPerSecond }: FormProgressLimits): FormProgress {
  let waitedMs = 0;
  let receivedBytes = 0;
  return {
    async wait(arrival) {
      const startedAt = performance.now();
      const result = await within(arrival, stallMs);
      waitedMs += performance.now() - startedAt;
      if (waitedMs < rateWindowMs) return result;
      if (receivedBytes * 1000 < minBytesPerSecond * waitedMs) {
        throw late(
          `The file arrives at less than ${minBytesPerSecond} bytes per second. Send it over a faster connection.`,
        );
      }
      waitedMs = 0;
      receivedBytes = 0;
      return result;
    },
    add(bytes) {
      receivedBytes += bytes;
    },
  };
}

async function within<T>(arrival: Promise<T>, timeoutMs: number): Promise<T> {
  const stalled = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    stalled.reject(late(`No bytes of the file arrived for ${timeoutMs / 1000} seconds. Send it again.`));
  }, timeoutMs);
  try {
    return await Promise.race([arrival, stalled.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function late(message: string): HttpProblem {
  return new HttpProblem("request_timeout", message);
}
