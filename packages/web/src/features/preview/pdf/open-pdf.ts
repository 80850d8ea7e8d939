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
import { readRange } from "../live-url.ts";

/** What is asked for at a time. Bytes. */
const CHUNK_BYTES = 256 * 1024;

/** Reads of the bucket what the pages in sight need, each time from an address that is still good. */
class Ranges extends PDFDataRangeTransport {
  readonly #aborter = new AbortController();
  readonly #file: Attachment;
  readonly #onFailure: (error: unknown) => void;

  constructor(file: Attachment, onFailure: (error: unknown) => void) {
    super(file.sizeBytes, null);
    this.#file = file;
    this.#onFailure = onFailure;
  }

  override requestDataRange(from: number, to: number): void {
    const { signal } = this.#aborter;
    readRange(this.#file.id, { from, to, signal }).then(
      (bytes) => signal.aborted || this.onDataRange(from, bytes),
      (error) => signal.aborted || this.#onFailure(error),
    );
  }

  override abort(): void {
    this.#aborter.abort();
  }
}

/** Begins to open a PDF; `onFailure`: a part could not be had, for which pdf.js would wait for ever. To be destroyed by the caller. */
export function openPdf(file: Attachment, onFailure: (error: unknown) => void): PDFDocumentLoadingTask {
  GlobalWorkerOptions.workerSrc = workerUrl;
  // pdfjs-files.ts puts them there.
  const root = new URL(`/assets/pdfjs-${version}/`, location.origin).href;
  return getDocument({
    range: new Ranges(file, onFailure),
    rangeChunkSize: CHUNK_BYTES,
    disableStream: true,
    disableAutoFetch: true,
    cMapUrl: `${root}cmaps/`,
    standardFontDataUrl: `${root}standard_fonts/`,
    iccUrl: `${root}iccs/`,
    wasmUrl: `${root}wasm/`,
    // The policy of the pages allows no WebAssembly.
    useWasm: false,
    verbosity: VerbosityLevel.ERRORS,
  });
}
