import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { invalidArgument, S3Error } from "../errors.ts";

/**
 * The fields of a form before its file, and the file. `fields`: by lowercase name. `filename`: without a folder.
 *
 * The caller must read the file first, and then await `ended`. The promise `ended` rejects if the form is incomplete or has a second file.
 */
export type UploadForm = { fields: Map<string, string>; filename: string; file: Readable; ended: Promise<void> };

// A form can have at most 20 KB without its file. Source: Amazon S3, "POST Object".
const MAX_FIELDS_BYTES = 20 * 1024;
const MAX_FIELDS = 100;

/** Reads a form up to the start of its file. Fields after the file are ignored, as in Amazon S3. Rejects with an S3Error. */
export function readForm(incoming: IncomingMessage): Promise<UploadForm> {
  const parser = createParser(incoming);
  const fields = new Map<string, string>();
  let fieldBytes = 0;
  let file: Readable | undefined;

  return new Promise((resolve, reject) => {
    const ended = new Promise<void>((whole, broken) => {
      const fail = (error: S3Error) => {
        incoming.unpipe(parser);
        file?.destroy(error);
        reject(error);
        broken(error);
      };
      parser.on("field", (name: string | undefined, value: string, _: boolean, isCut: boolean) => {
        if (file !== undefined) return;
        if (!name) return fail(malformed());
        fieldBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
        if (isCut || fieldBytes > MAX_FIELDS_BYTES) return fail(fieldsTooLarge());
        // The parser has replaced bytes that are not UTF-8 by U+FFFD, so the original value is lost.
        if (`${name}${value}`.includes("\ufffd")) return fail(malformed());
        if (fields.has(name.toLowerCase())) {
          return fail(invalidArgument("The form has a field twice.", { ArgumentName: name }));
        }
        fields.set(name.toLowerCase(), value);
      });
      parser.on("file", (_: string, stream: Readable, filename: string | undefined) => {
        file = stream;
        // From the start of the file on, the parser reports errors only on the stream of the file. Without this listener, the reader of the
        // file would wait forever.
        stream.on("error", () => fail(incomplete()));
        resolve({ fields, filename: filename ?? "", file: stream, ended });
      });
      parser.on("filesLimit", () => fail(wrongFileCount()));
      parser.on("fieldsLimit", () => fail(fieldsTooLarge()));
      parser.on("error", () => fail(file === undefined ? malformed() : incomplete()));
      parser.on("finish", () => {
        if (file === undefined) fail(wrongFileCount());
        else whole();
      });
      incoming.on("error", () => fail(incomplete()));
      incoming.pipe(parser);
    });
    ended.catch(() => {
      // The caller gets this error when it awaits `ended`.
    });
  });
}

/** Yields the bytes of a form's file. Throws IncompleteBody if the form or the connection ends early. */
export async function* readFile(file: Readable): AsyncGenerator<Buffer> {
  try {
    yield* file as AsyncIterable<Buffer>;
  } catch (cause) {
    throw cause instanceof S3Error ? cause : incomplete(cause);
  }
}

function createParser(incoming: IncomingMessage): BusboyInstance {
  try {
    return new Busboy({
      headers: { "content-type": incoming.headers["content-type"] ?? "" },
      isPartAFile: (name) => name?.toLowerCase() === "file",
      limits: { files: 1, fields: MAX_FIELDS, fieldSize: MAX_FIELDS_BYTES, headerPairs: 32 },
    });
  } catch (cause) {
    throw new S3Error("MalformedPOSTRequest", "The form has no boundary.", { cause });
  }
}

function malformed(): S3Error {
  return new S3Error("MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.");
}

function fieldsTooLarge(): S3Error {
  return new S3Error(
    "MaxPostPreDataLengthExceededError",
    "Your POST request fields preceding the upload file were too large.",
  );
}

function wrongFileCount(): S3Error {
  return new S3Error("IncorrectNumberOfFilesInPostRequest", "POST requires exactly one file upload per request.");
}

function incomplete(cause?: unknown): S3Error {
  return new S3Error("IncompleteBody", "The form ended before it was complete", { cause });
}
