import type { LinkFile } from "@valetkey/client";
import { rovingGrid } from "../components/roving-list.ts";
import { previewOf, tileOf } from "../files/picture-layout.ts";
import { previewKindOf } from "../files/preview-kind.ts";
import { formatBytes, shortenName } from "../texts/format.ts";
import { type Child, fill, h, icons, svg } from "./dom.ts";
import type { Page } from "./page-context.ts";
import { texts } from "./texts/en.ts";

/** The page collects previews for this time in milliseconds, so that one request returns the URLs of all these previews. */
const COLLECT_MS = 60;
/** The maximum number of previews in one request. The service has the same limit. */
const MOST_AT_ONCE = 100;
/** The pauses in milliseconds before the page requests another URL of a preview that did not load. */
const RETRY_MS = [1_000, 4_000];

/** The small previews of the files of a link. Small previews do not count as downloads. */
export type Pictures = {
  /**
   * Returns an element that loads the small preview of a file when the element comes near the viewport. Returns undefined if the file has
   * no small preview. `onMissing` runs if the preview cannot be loaded.
   */
  show(file: LinkFile, options: { className: string; onMissing?: () => void }): HTMLImageElement | undefined;
  /** Returns the URL of a small preview that the page has already loaded. */
  loaded(file: LinkFile): string | undefined;
};

type Wanted = { id: string; image: HTMLImageElement; failures: number; onMissing: () => void };

export function createPictures({ visit, showIfClosed }: Pick<Page, "visit" | "showIfClosed">): Pictures {
  const shown = new Map<string, HTMLImageElement>();
  const waiting = new Map<Element, Wanted>();
  let requested: Wanted[] = [];
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        const wanted = waiting.get(target);
        if (!isIntersecting || wanted === undefined) continue;
        waiting.delete(target);
        observer.unobserve(target);
        request(wanted);
      }
    },
    { rootMargin: "600px" },
  );

  function request(wanted: Wanted): void {
    requested.push(wanted);
    if (requested.length === 1) setTimeout(() => void loadRequested(), COLLECT_MS);
  }

  async function loadRequested(): Promise<void> {
    const all = requested;
    requested = [];
    for (let from = 0; from < all.length; from += MOST_AT_ONCE) await load(all.slice(from, from + MOST_AT_ONCE));
  }

  async function load(batch: readonly Wanted[]): Promise<void> {
    try {
      const { urls } = await visit.previews(batch.map(({ id }) => id));
      for (const [index, wanted] of batch.entries()) {
        const url = urls[index]?.fileUrl;
        if (url === undefined) wanted.onMissing();
        else wanted.image.src = url;
      }
    } catch (error) {
      if (!showIfClosed(error)) for (const wanted of batch) fail(wanted);
    }
  }

  function fail(wanted: Wanted): void {
    const waitMs = RETRY_MS[wanted.failures];
    wanted.failures += 1;
    if (waitMs === undefined) wanted.onMissing();
    else setTimeout(() => request(wanted), waitMs);
  }

  return {
    show(file, { className, onMissing = () => undefined }) {
      const { id } = file;
      if (previewOf(file, "small") === undefined) return undefined;
      const image = h("img", { alt: "", class: className, decoding: "async" });
      const wanted = { id, image, failures: 0, onMissing };
      image.addEventListener("load", () => shown.set(id, image));
      image.addEventListener("error", () => fail(wanted));
      const known = shown.get(id);
      if (known !== undefined) image.src = known.src;
      else {
        waiting.set(image, wanted);
        observer.observe(image);
      }
      return image;
    },
    loaded: ({ id }) => shown.get(id)?.src,
  };
}

type GridOptions = { pictures: Pictures; onOpen: (file: LinkFile) => void };

/** The maximum width of a filename on two lines of a tile, counted in Latin letters. */
const TWO_LINES = 28;

/**
 * Shows files as tiles with the aspect ratios of their pictures, with the same styles as the app (theme.css). A click on a tile opens the
 * file.
 */
export function pictureGrid(files: readonly LinkFile[], options: GridOptions): HTMLElement {
  const grid = h(
    "ul",
    { "aria-label": texts.shares.pictures, class: "picture-grid mt-4" },
    ...files.map((file) => tile(file, options)),
  );
  rovingGrid(grid);
  return grid;
}

function tile(file: LinkFile, { pictures, onOpen }: GridOptions): HTMLElement {
  const { filename, sizeBytes } = file;
  const kind = previewKindOf(file);
  const { ratio, isCropped } = tileOf(previewOf(file, "small"));
  const isNamed = kind !== "image" && kind !== "video";
  const name = () => h("span", { dir: "auto" }, shortenName(filename, TWO_LINES));
  const size = () => h("span", { class: "tile-facts" }, formatBytes(sizeBytes));
  const content = h("span", { "aria-hidden": "true", class: "block size-full" });
  const icon = (...hint: Child[]) =>
    h(
      "span",
      { class: "flex size-full flex-col items-center justify-center gap-1 p-1 text-center text-small" },
      svg(kind === "video" ? icons.film : kind === "image" ? icons.image : icons.file, { size: 20 }),
      name(),
      ...hint,
    );
  const image = pictures.show(file, {
    className: `size-full ${isCropped || isNamed ? "object-cover" : "object-contain"}${isNamed ? " object-top" : ""}`,
    onMissing: () => fill(content, icon(h("span", { class: "text-muted" }, texts.shares.noPreview))),
  });
  fill(
    content,
    image ?? icon(),
    kind === "video" && h("span", { class: "tile-badge inset-0 m-auto size-10!" }, svg(icons.play)),
    h("span", { class: `tile-name ${isNamed ? "" : "tile-late"}` }, name(), size()),
  );
  const button = h(
    "button",
    { class: "tile-main", "aria-description": formatBytes(sizeBytes), onclick: () => onOpen(file) },
    h("span", { class: "sr-only" }, texts.shares.preview(filename)),
    content,
  );
  const item = h("li", { class: isNamed ? "tile tile-named" : "tile" }, button);
  item.style.setProperty("--ratio", String(ratio));
  return item;
}
