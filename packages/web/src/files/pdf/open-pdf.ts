import {
  GlobalWorkerOptions,
  getDocument,
  PDFDataRangeTransport,
  type PDFDocumentLoadingTask,
  VerbosityLevel,
  version,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import type { Range } from "../read-range.ts";

/** The size of one read. Bytes. */
const CHUNK_BYTES = 256 * 1024;

export type PdfSource = { sizeBytes: number; read(range: Range): Promise<Uint8Array<ArrayBuffer>> };

/** Reads only the parts of a file that the visible pages need. Each read uses a valid URL. */
class BucketTransport extends PDFDataRangeTransport {
  readonly #aborter = new AbortController();
  readonly #source: PdfSource;
  readonly #onFailure: (error: unknown) => void;

  constructor(source: PdfSource, onFailure: (error: unknown) => void) {
    super(source.sizeBytes, null);
    this.#source = source;
    this.#onFailure = onFailure;
  }

  override requestDataRange(from: number, to: number): void {
    const { signal } = this.#aborter;
    this.#source.read({ from, to, signal }).then(
      (bytes) => signal.aborted || this.onDataRange(from, bytes),
      (error) => signal.aborted || this.#onFailure(error),
    );
  }

  override abort(): void {
    this.#aborter.abort();
  }
}

/** Starts to open a PDF. Calls `onFailure` when a read fails, because pdf.js would then wait forever. The caller must destroy the task. */
export function openPdf(source: PdfSource, onFailure: (error: unknown) => void): PDFDocumentLoadingTask {
  GlobalWorkerOptions.workerSrc = workerUrl;
  // pdfjs-files.ts copies the files of pdf.js to this path.
  const root = new URL(`/assets/pdfjs-${version}/`, location.origin).href;
  return getDocument({
    range: new BucketTransport(source, onFailure),
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
