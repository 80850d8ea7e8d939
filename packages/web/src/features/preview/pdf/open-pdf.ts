import type { Attachment } from "@valetkey/client";
import {
  GlobalWorkerOptions,
  getDocument,
  PDFDataRangeTransport,
  type PDFDocumentLoadingTask,
  VerbosityLevel,
  version,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { readRange } from "../file-url.ts";

/** The size of one read. Bytes. */
const CHUNK_BYTES = 256 * 1024;

/** Reads the parts of a file that the visible pages need, each with a valid URL. */
class BucketTransport extends PDFDataRangeTransport {
  readonly #aborter = new AbortController();
  readonly #file: Attachment;
  readonly #onFailure: (error: unknown) => void;
  #hasStarted = false;

  constructor(file: Attachment, onFailure: (error: unknown) => void) {
    super(file.sizeBytes, null);
    this.#file = file;
    this.#onFailure = onFailure;
  }

  override requestDataRange(from: number, to: number): void {
    const { signal } = this.#aborter;
    const isRenewal = this.#hasStarted;
    this.#hasStarted = true;
    readRange(this.#file.id, { from, to, signal, isRenewal }).then(
      (bytes) => signal.aborted || this.onDataRange(from, bytes),
      (error) => signal.aborted || this.#onFailure(error),
    );
  }

  override abort(): void {
    this.#aborter.abort();
  }
}

/** Starts to open a PDF. Calls `onFailure` when a read fails, because pdf.js would wait forever. The caller destroys the task. */
export function openPdf(file: Attachment, onFailure: (error: unknown) => void): PDFDocumentLoadingTask {
  GlobalWorkerOptions.workerSrc = workerUrl;
  // pdfjs-files.ts copies the files to this path.
  const root = new URL(`/assets/pdfjs-${version}/`, location.origin).href;
  return getDocument({
    range: new BucketTransport(file, onFailure),
    rangeChunkSize: CHUNK_BYTES,
    disableStream: true,
    disableAutoFetch: true,
    cMapUrl: `${root}cmaps/`,
    standardFontDataUrl: `${root}standard_fonts/`,
    iccUrl: `${root}iccs/`,
    wasmUrl: `${root}wasm/`,
    // The Content-Security-Policy of the pages forbids WebAssembly.
    useWasm: false,
    verbosity: VerbosityLevel.ERRORS,
  });
}
