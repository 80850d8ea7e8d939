/* The browser globals for previews, which the types of Node.js do not have. */

export type Picture = { readonly width: number; readonly height: number; close(): void };

type Context = {
  imageSmoothingQuality: string;
  globalCompositeOperation: string;
  fillStyle: string;
  drawImage(image: unknown, x: number, y: number, width: number, height: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
};

export type Canvas = {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): Context | null;
  convertToBlob(options: { type: string; quality: number }): Promise<Blob>;
};

export type Video = {
  muted: boolean;
  playsInline: boolean;
  preload: string;
  src: string;
  currentTime: number;
  readonly duration: number;
  onloadeddata: (() => void) | null;
  onseeked: (() => void) | null;
  onerror: (() => void) | null;
  load(): void;
  removeAttribute(name: string): void;
};

export type WorkerMessage = { data: unknown };

export type Browser = {
  OffscreenCanvas: new (width: number, height: number) => Canvas;
  createImageBitmap(source: unknown, options?: { imageOrientation: "from-image" }): Promise<Picture>;
  document?: { createElement(name: "video"): Video };
  onmessage: ((message: WorkerMessage) => void) | null;
  postMessage(message: unknown): void;
};

export const browser = globalThis as unknown as Browser;
