import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { S3Error } from "../errors.ts";

/**
 * A form up to its file. `fields` are by lowercase name; the name of the file has no folder.
 *
 * `ended` must be waited for once the file is read: only then is it known that the form was whole and had no second file.
 */
export type UploadForm = { fields: Map<string, string>; filename: string; file: Readable; ended: Promise<void> };

// Source: Amazon S3, "POST Object": the form may have 20 KB without its file.
const MAX_FIELDS_BYTES = 20 * 1024;
const MAX_FIELDS = 100;

/** Reads a form until its file begins; fields behind the file are ignored, as Amazon S3 does. Throws what it refuses. */
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
        if (isCut || fieldBytes > MAX_FIELDS_BYTES) return fail(tooMuch());
        // A field that is not UTF-8 has already lost what the client meant.
        if (`${name}${value}`.includes("\ufffd")) return fail(malformed());
        if (fields.has(name.toLowerCase())) return fail(doubled(name));
        fields.set(name.toLowerCase(), value);
      });
      parser.on("file", (_: string, stream: Readable, filename: string | undefined) => {
        file = stream;
        // The parser only emits its errors on the file: whoever reads it must not wait for ever.
        stream.on("error", () => fail(incomplete()));
        resolve({ fields, filename: filename ?? "", file: stream, ended });
      });
      parser.on("filesLimit", () => fail(wrongFiles()));
      parser.on("fieldsLimit", () => fail(tooMuch()));
      parser.on("error", () => fail(file === undefined ? malformed() : incomplete()));
      parser.on("finish", () => {
        if (file === undefined) fail(wrongFiles());
        else whole();
      });
      incoming.on("error", () => fail(incomplete()));
      incoming.pipe(parser);
    });
    ended.catch(() => {
      // Whoever awaits it later gets the error.
    });
  });
}

/** The bytes of a form's file; throws IncompleteBody when the form or the connection ends before it. */
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

function tooMuch(): S3Error {
  return new S3Error(
    "MaxPostPreDataLengthExceededError",
    "Your POST request fields preceding the upload file were too large.",
  );
}

function doubled(name: string): S3Error {
  return new S3Error("InvalidArgument", "A form field was given twice.", { details: { ArgumentName: name } });
}

function wrongFiles(): S3Error {
  return new S3Error("IncorrectNumberOfFilesInPostRequest", "POST requires exactly one file upload per request.");
}

function incomplete(cause?: unknown): S3Error {
  return new S3Error("IncompleteBody", "The form ended before it was whole", { cause });
}
