import type { LinkFile } from "@valetkey/client";
import { previewOf } from "../../files/picture-layout.ts";
import { previewKindOf } from "../../files/preview-kind.ts";
import type { UrlSource } from "../../files/read-range.ts";
import { describeProblem } from "../../texts/describe-problem.ts";
import type { Claims } from "../claims.ts";
import { fill, h, icons, setProps, svg } from "../dom.ts";
import type { Page } from "../page-context.ts";
import type { Pictures } from "../pictures.ts";
import { texts } from "../texts/en.ts";
import { lineName } from "../views/parts.ts";
import type { Viewed } from "./text.ts";

const words = texts.preview;
/** The number of pictures that the viewer loads before the visitor steps to these pictures. */
const AHEAD = 2;

type ViewerOptions = {
  page: Page;
  claims: Claims;
  /** All files that the viewer can show, in the order of the page. */
  files: readonly LinkFile[];
  pictures: Pictures;
  onDownload: (file: LinkFile) => void;
};

/**
 * Shows a file over the page, with buttons to the next and the previous file. The caller must be a click handler, because only a click may
 * make a claim. The viewer has its own history entry, so that the back button of a phone closes only the viewer.
 */
export function openViewer(first: LinkFile, { page, claims, files, pictures, onDownload }: ViewerOptions): void {
  let file = first;
  let shown = new AbortController();
  const ended = new AbortController();
  const ahead = fetchAhead(claims);
  const stage = h("div", { class: "relative flex min-h-0 grow items-center justify-center overflow-auto" });
  const bar = h("div", { class: "flex items-center gap-1 border-b bg-surface p-2 pl-4" });
  const steps = files.length > 1 ? stepButtons(step) : undefined;
  const viewer = h("dialog", { class: "viewer", onclose, onkeydown });
  function onclose(): void {
    shown.abort();
    ended.abort();
    ahead.clear();
    viewer.remove();
    if (history.state?.isViewer === true) history.back();
  }
  function download(): void {
    viewer.close();
    onDownload(file);
  }
  function step(by: -1 | 1): void {
    const next = files[files.indexOf(file) + by];
    if (next !== undefined) open(next);
  }
  function onkeydown(event: Event): void {
    const { key, altKey, ctrlKey, metaKey, shiftKey, target } = event as KeyboardEvent;
    if (altKey || ctrlKey || metaKey || shiftKey || target instanceof HTMLMediaElement || pans(target)) return;
    if (key === "ArrowLeft") step(-1);
    if (key === "ArrowRight") step(1);
  }
  /** Shows a file. Each step to another file counts as a click of the visitor. */
  function open(next: LinkFile): void {
    shown.abort();
    shown = new AbortController();
    file = next;
    const { signal } = shown;
    const index = files.indexOf(file);
    setProps(viewer, { "aria-label": file.filename });
    fill(bar, ...viewerBar(file, { viewer, onDownload: download }));
    steps?.update(index, files.length);
    fill(stage, h("p", { class: "appear-late text-muted" }, words.loading));
    const fail = (text: string) =>
      fill(stage, h("p", { role: "alert", class: "max-w-sm p-4 text-center text-muted" }, text));
    const viewed = { file, stage, urls: urlsOf(file, claims), signal, fail };
    showFile(viewed, { claims, small: pictures.loaded(file), ahead })
      .then(() => signal.aborted || ahead.fetch(files.slice(index + 1, index + 1 + AHEAD)))
      .catch((error: unknown) => {
        if (signal.aborted) return;
        if (claims.windowEndsAt() !== undefined || !page.showIfClosed(error)) fail(describeProblem(error));
      });
  }
  viewer.append(h("div", { class: "flex h-full flex-col" }, bar, stage, steps?.element));
  document.body.append(viewer);
  viewer.showModal();
  history.pushState({ isViewer: true }, "");
  addEventListener("popstate", () => viewer.close(), { signal: ended.signal });
  onSwipe(stage, step);
  open(file);
}

function viewerBar(
  { filename }: LinkFile,
  { viewer, onDownload }: { viewer: HTMLDialogElement; onDownload: () => void },
): HTMLElement[] {
  return [
    h("div", { class: "min-w-0 grow" }, lineName(filename)),
    iconButton(texts.shares.download, { icon: icons.download, onclick: onDownload }),
    iconButton(texts.close, { icon: icons.close, onclick: () => viewer.close() }),
  ];
}

/** The visitor has just clicked, so the first URL may make a claim. Later URLs continue this claim. */
function urlsOf(file: LinkFile, claims: Claims): UrlSource {
  let isClick = true;
  let url: string | undefined;
  return {
    async getUrl() {
      if (url !== undefined) return url;
      const options = { disposition: "inline", isClick } as const;
      isClick = false;
      url = await claims.urlOf(file.id, options);
      return url;
    },
    discardUrl(refused) {
      if (url === refused) url = undefined;
    },
  };
}

type ShowOptions = { claims: Claims; small: string | undefined; ahead: Ahead };

async function showFile(viewed: Viewed, { claims, small, ahead }: ShowOptions): Promise<void> {
  const { file, signal, urls } = viewed;
  const kind = previewKindOf(file);
  const large = previewOf(file, "large");
  if (kind === "image" && large !== undefined) {
    // The page requests a URL even if it has already loaded the picture. So the owner's activity shows that the visitor has seen the
    // picture.
    const issued = claims.urlOf(file.id, { disposition: "inline", isClick: true, preview: "large" });
    const largeUrl = async () => {
      const url = await issued;
      return ahead.get(file.id) ?? url;
    };
    const { showPicture } = await import("./picture.ts");
    try {
      return await showPicture({ ...viewed, large, small, largeUrl });
    } catch (error) {
      await issued;
      if (signal.aborted) throw error;
    }
  }
  if (kind !== "pdf" && kind !== "text") return showMedia(viewed);
  // The code may load slowly, so the viewer requests the URL first, directly after the click that permits the claim.
  if (file.sizeBytes > 0) await urls.getUrl();
  if (kind === "text") return (await import("./text.ts")).showText(viewed);
  return (await import("./pdf.ts")).showPdf(viewed);
}

/** The maximum number of new URLs for one element. After more errors, the preview fails. */
const MAX_RENEWALS = 3;

async function showMedia({ file, stage, urls, signal, fail }: Viewed): Promise<void> {
  const kind = previewKindOf(file);
  const element = h(kind === "video" ? "video" : kind === "audio" ? "audio" : "img", {
    class: "max-h-full max-w-full",
  });
  if (element instanceof HTMLMediaElement) {
    setProps(element, { controls: true, preload: "metadata", playsinline: true, "aria-label": file.filename });
    element.classList.toggle("w-full", kind === "audio");
  } else setProps(element, { alt: file.filename });
  let renewals = 0;
  let url = await urls.getUrl();
  // The URL may expire before the video has finished. The video then continues at the same second with a new URL.
  element.addEventListener("error", () => void renew());
  element.addEventListener(kind === "image" ? "load" : "canplay", () => {
    renewals = 0;
  });

  async function renew(): Promise<void> {
    if (signal.aborted) return;
    renewals += 1;
    if (renewals > MAX_RENEWALS) return fail(texts.preview.failed);
    const { currentTime = 0, paused = true } = element instanceof HTMLMediaElement ? element : {};
    urls.discardUrl(url);
    try {
      url = await urls.getUrl();
      element.src = url;
    } catch {
      return fail(texts.preview.failed);
    }
    if (!(element instanceof HTMLMediaElement)) return;
    element.currentTime = currentTime;
    if (!paused) element.play().catch(() => undefined);
  }

  element.src = url;
  fill(stage, element);
}

/** The minimum horizontal distance and the maximum vertical distance of a swipe, in pixels. */
const SWIPE = { min: 64, maxVertical: 48 };

type ButtonOptions = { icon: readonly string[]; onclick: () => void };

export function iconButton(label: string, { icon, onclick }: ButtonOptions): HTMLButtonElement {
  const props = { class: "button icon", "aria-label": label, onclick };
  return h("button", props, svg(icon, { size: 20 }));
}

/** A bar with buttons to the previous and the next file. At the first or last file, a button has no effect, but keeps the focus. */
export function stepButtons(step: (by: -1 | 1) => void) {
  const previous = iconButton(words.previous, { icon: icons.previous, onclick: () => step(-1) });
  const next = iconButton(words.next, { icon: icons.next, onclick: () => step(1) });
  const position = h("p", { role: "status", class: "tabular-nums" });
  // Each of several quick clicks is one step.
  for (const button of [previous, next]) setProps(button, { "data-counts-clicks": true });
  return {
    element: h("nav", { class: "viewer-steps", "aria-label": texts.shares.list }, previous, position, next),
    update(index: number, count: number): void {
      fill(position, words.position(index + 1, count));
      setProps(previous, { "aria-disabled": String(index === 0) });
      setProps(next, { "aria-disabled": String(index === count - 1) });
    },
  };
}

/**
 * Steps to another file when a finger moves to the left or right. Ignores a move that pans a zoomed page, scrolls a wide element, or seeks
 * in a video.
 */
export function onSwipe(element: HTMLElement, step: (by: -1 | 1) => void): void {
  let start: Touch | undefined;
  element.addEventListener("touchstart", ({ touches, target }) => {
    const isSwipe = touches.length === 1 && !pans(target) && !(target instanceof HTMLMediaElement);
    start = isSwipe ? touches[0] : undefined;
  });
  element.addEventListener("touchend", ({ changedTouches }) => {
    const [touch] = changedTouches;
    if (start === undefined || touch === undefined) return;
    const [x, y] = [touch.clientX - start.clientX, Math.abs(touch.clientY - start.clientY)];
    start = undefined;
    if (Math.abs(x) > SWIPE.min && y < SWIPE.maxVertical) step(x < 0 ? 1 : -1);
  });
}

/** Returns whether a horizontal move scrolls an element or pans a zoomed page. */
export function pans(target: EventTarget | null): boolean {
  if ((visualViewport?.scale ?? 1) > 1.01) return true;
  for (let element = target as Element | null; element !== null; element = element.parentElement) {
    if (element.scrollWidth > element.clientWidth && getComputedStyle(element).overflowX === "auto") return true;
  }
  return false;
}

/** The large previews that the page has loaded before the visitor opens them. */
export type Ahead = {
  fetch(files: readonly LinkFile[]): void;
  get(id: string): string | undefined;
  clear(): void;
};

/** Loads large previews with the claim that the visitor already has, so that this load does not count as another use. */
export function fetchAhead(claims: Claims): Ahead {
  const fetched = new Map<string, string | undefined>();

  async function fetchOne(id: string): Promise<void> {
    try {
      const url = await claims.urlOf(id, { disposition: "inline", isClick: false, preview: "large" });
      const response = await fetch(url, { credentials: "omit" });
      if (response.ok) fetched.set(id, URL.createObjectURL(await response.blob()));
    } catch {
      // The viewer loads the preview when the visitor opens the picture.
      fetched.delete(id);
    }
  }

  return {
    fetch(files) {
      for (const file of files) {
        if (previewOf(file, "large") === undefined || fetched.has(file.id)) continue;
        fetched.set(file.id, undefined);
        void fetchOne(file.id);
      }
    },
    get: (id) => fetched.get(id),
    clear() {
      for (const url of fetched.values()) if (url !== undefined) URL.revokeObjectURL(url);
      fetched.clear();
    },
  };
}
