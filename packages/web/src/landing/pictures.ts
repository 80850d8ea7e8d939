import type { LinkFile } from "@valetkey/client";
import { previewOf } from "../files/picture-layout.ts";
import { h } from "./dom.ts";
import type { Page } from "./page-context.ts";

/** The page collects pictures for this long, so that one request returns the URLs of all of them. Milliseconds. */
const COLLECT_MS = 60;
/** The service accepts at most this many pictures in one request. */
const MOST_AT_ONCE = 100;
/** The waits before the page requests another URL of a picture that did not load. Milliseconds. */
const RETRY_MS = [1_000, 4_000];

/** The small pictures of the files of a link. They do not count as downloads. */
export type Pictures = {
  /**
   * Returns an element that loads the small picture of a file when it comes near the viewport. Returns undefined if the file has none.
   * `onMissing`: runs if the picture cannot be loaded.
   */
  show(file: LinkFile, options: { className: string; onMissing?: () => void }): HTMLImageElement | undefined;
  /** Returns the URL of a small picture that the page has loaded. */
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
