import { boxOf, type Shape } from "../../files/picture-layout.ts";
import { fill, h, icons, setProps, svg } from "../dom.ts";
import { texts } from "../texts/en.ts";
import type { Viewed } from "./text.ts";

const words = texts.preview;

type PictureOptions = Viewed & {
  large: Shape;
  /** The URL of the small preview, if the page has already loaded this preview. */
  small: string | undefined;
  largeUrl: () => Promise<string>;
};

/**
 * Shows the small preview, then the large preview, and the original when the visitor zooms. All versions have the same box, so nothing
 * moves. Rejects if the large preview cannot be loaded.
 */
export async function showPicture({
  file,
  large,
  small,
  largeUrl,
  stage,
  urls,
  signal,
}: PictureOptions): Promise<void> {
  const image = h("img", { alt: file.filename, draggable: "false", class: "picture" });
  Object.assign(image.style, boxOf(large));
  if (small !== undefined) image.src = small;
  const state = h("p", { role: "status", class: "picture-state" });
  let original: string | undefined;
  let isZoomed = false;
  const zoom = h("button", {
    class: "button secondary icon picture-zoom",
    onclick: () => void toggle(),
  });
  const frame = h("section", { class: "picture-frame" }, h("div", { class: "picture-place" }, image));

  function show(): void {
    const isActual = isZoomed && original !== undefined;
    frame.classList.toggle("actual-size", isActual);
    setProps(frame, { tabindex: isActual && 0, "aria-label": isActual && file.filename });
    setProps(zoom, { "aria-label": isActual ? words.fit : words.ownSize });
    fill(zoom, svg(isActual ? icons.shrink : icons.grow));
  }

  async function toggle(): Promise<void> {
    isZoomed = !isZoomed;
    show();
    if (isZoomed) await loadOriginal();
    else fill(state);
  }

  /** Loads the original once. If the load fails, the large preview stays, and the next zoom retries the load. */
  async function loadOriginal(): Promise<void> {
    if (original !== undefined) return;
    fill(state, words.originalLoading);
    setProps(zoom, { hidden: false });
    try {
      const url = await urls.getUrl();
      await load(url).catch((error) => {
        urls.discardUrl(url);
        throw error;
      });
      original = url;
      image.src = url;
      fill(state);
    } catch {
      isZoomed = false;
      const retry = h("button", { class: "button secondary", onclick: () => void toggle() }, texts.tryAgain);
      const hadFocus = zoom.matches(":focus");
      // The retry button does the same as the zoom button.
      setProps(zoom, { hidden: true });
      fill(state, h("span", { class: "min-w-0 grow basis-48" }, words.originalFailed), retry);
      if (hadFocus) retry.focus();
    }
    show();
  }

  show();
  fill(stage, frame, zoom, state);
  const onPinch = () => (visualViewport?.scale ?? 1) > 1.01 && void loadOriginal();
  visualViewport?.addEventListener("resize", onPinch, { signal });
  const url = await largeUrl();
  await load(url);
  if (original === undefined) image.src = url;
}

/** Loads a picture into the cache of the document. Rejects if the browser cannot show the picture. */
function load(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve();
    image.onerror = () => reject(new Error("The picture could not be loaded."));
    image.src = url;
  });
}
