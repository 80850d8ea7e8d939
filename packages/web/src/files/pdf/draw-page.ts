import { type PDFDocumentProxy, TextLayer } from "pdfjs-dist/legacy/build/pdf.mjs";
import "./text-layer.css";

/** The maximum number of pixels of a canvas. Phones refuse larger canvases. */
const MAX_PIXELS = 16_000_000;

type Target = {
  number: number;
  canvas: HTMLCanvasElement;
  /** The element that receives the text of the page, for screen readers, search and copying. */
  text: HTMLDivElement;
  /** Pixels. */
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
