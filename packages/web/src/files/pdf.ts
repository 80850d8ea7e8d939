import {
  GlobalWorkerOptions,
  getDocument,
  PDFDataRangeTransport,
  type PDFDocumentProxy,
  PDFWorker,
  TextLayer,
  VerbosityLevel,
  version,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import type { Range } from "./read-range.ts";
import "./text-layer.css";

/** The size of one read in bytes. */
const CHUNK_BYTES = 256 * 1024;

type PdfSource = { sizeBytes: number; read(range: Range): Promise<Uint8Array<ArrayBuffer>> };

/** Reads only the parts of a PDF that the visible pages need. Each read uses a valid URL. */
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

type OpenOptions = {
  /** Runs when a read fails, because pdf.js would then wait forever. */
  onFailure: (error: unknown) => void;
  /** Closes the PDF. */
  signal: AbortSignal;
};

/** Opens a PDF. If the signal aborts during the load, the promise stays pending. */
export function openPdf(source: PdfSource, { onFailure, signal }: OpenOptions): Promise<PDFDocumentProxy> {
  GlobalWorkerOptions.workerSrc = workerUrl;
  // The build copies the pdf.js files to this path (vite.config.ts).
  const root = new URL(`/assets/pdfjs-${version}/`, location.origin).href;
  const range = new BucketTransport(source, onFailure);
  const worker = new PDFWorker();
  const task = getDocument({
    worker,
    range,
    rangeChunkSize: CHUNK_BYTES,
    disableStream: true,
    disableAutoFetch: true,
    cMapUrl: `${root}cmaps/`,
    standardFontDataUrl: `${root}standard_fonts/`,
    iccUrl: `${root}iccs/`,
    wasmUrl: `${root}wasm/`,
    // The Content-Security-Policy forbids WebAssembly.
    useWasm: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  let isLoading = true;
  const onSettled = () => {
    isLoading = false;
  };
  task.promise.then(onSettled, onSettled);
  signal.addEventListener("abort", () => {
    range.abort();
    // If pdf.js still loads the document, `destroy` causes an error in the worker that nobody can catch.
    if (isLoading) worker.destroy();
    else void task.destroy().finally(() => worker.destroy());
  });
  return task.promise;
}

/** The maximum number of pixels of a canvas, because phones refuse larger canvases. */
const MAX_PIXELS = 16_000_000;

type Target = {
  number: number;
  canvas: HTMLCanvasElement;
  /** The element for the text of the page, so that users can search and copy the text, and screen readers can read the text. */
  text: HTMLDivElement;
  /** The width of the page in pixels. */
  width: number;
  onRatio: (ratio: number) => void;
  signal: AbortSignal;
};

/** Draws one page and its text layer. Rejects if the page is damaged or the signal is aborted. */
export async function drawPage(
  pdf: PDFDocumentProxy,
  { number, canvas, text, width, onRatio, signal }: Target,
): Promise<void> {
  const page = await pdf.getPage(number);
  signal.throwIfAborted();
  const own = page.getViewport({ scale: 1 });
  onRatio(own.height / own.width);
  const scale = width / own.width;
  const viewport = page.getViewport({ scale });
  const area = viewport.width * viewport.height;
  const density = Math.min(devicePixelRatio, Math.sqrt(MAX_PIXELS / area));
  canvas.width = Math.floor(viewport.width * density);
  canvas.height = Math.floor(viewport.height * density);
  const drawing = page.render({ canvas, viewport, transform: [density, 0, 0, density, 0, 0] });
  signal.addEventListener("abort", () => drawing.cancel());
  await drawing.promise;
  signal.throwIfAborted();
  text.replaceChildren();
  text.style.setProperty("--total-scale-factor", String(scale));
  const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
  signal.addEventListener("abort", () => layer.cancel());
  await layer.render();
}
