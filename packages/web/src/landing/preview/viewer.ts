import type { LinkFile } from "@valetkey/client";
import { previewKindOf } from "../../files/preview-kind.ts";
import type { UrlSource } from "../../files/read-range.ts";
import { describeProblem } from "../../texts/describe-problem.ts";
import type { Claims } from "../claims.ts";
import { fill, h, icons, setProps, svg } from "../dom.ts";
import type { Page } from "../page-context.ts";
import { texts } from "../texts/en.ts";
import { fileName } from "../views/parts.ts";
import type { Viewed } from "./text.ts";

const words = texts.preview;

type ViewerOptions = { page: Page; claims: Claims; onDownload: () => void };

/**
 * Shows a file over the page. Only a click may make a claim, so the caller must be a click handler. The viewer has its own history entry,
 * so that the back button of a phone closes the viewer and does not leave the page.
 */
export function openViewer(file: LinkFile, { page, claims, onDownload }: ViewerOptions): void {
  const aborter = new AbortController();
  const { signal } = aborter;
  const stage = h("div", { class: "relative flex min-h-0 grow items-center justify-center overflow-auto" });
  const viewer = h("dialog", { class: "viewer", "aria-label": file.filename, onclose });
  function onclose(): void {
    aborter.abort();
    viewer.remove();
    if (history.state?.isViewer === true) history.back();
  }
  function download(): void {
    viewer.close();
    onDownload();
  }
  viewer.append(h("div", { class: "flex h-full flex-col" }, viewerBar(file, { viewer, onDownload: download }), stage));
  document.body.append(viewer);
  viewer.showModal();
  history.pushState({ isViewer: true }, "");
  addEventListener("popstate", () => viewer.close(), { signal });

  fill(stage, h("p", { class: "appear-late text-muted" }, words.loading));
  const fail = (text: string) =>
    fill(stage, h("p", { role: "alert", class: "max-w-sm p-4 text-center text-muted" }, text));
  show({ file, stage, urls: urlsOf(file, claims), signal, fail }).catch((error: unknown) => {
    if (signal.aborted) return;
    if (claims.windowEndsAt() !== undefined || !page.showIfClosed(error)) fail(describeProblem(error));
  });
}

function viewerBar(
  { filename }: LinkFile,
  { viewer, onDownload }: { viewer: HTMLDialogElement; onDownload: () => void },
): HTMLElement {
  const button = (label: string, { icon, onclick }: { icon: readonly string[]; onclick: () => void }) =>
    h("button", { type: "button", class: "button icon", "aria-label": label, onclick }, svg(icon, { size: 20 }));
  return h(
    "div",
    { class: "flex items-center gap-1 border-b bg-surface p-2 pl-4" },
    h("div", { class: "min-w-0 grow" }, fileName(filename)),
    button(texts.shares.download, { icon: icons.download, onclick: onDownload }),
    button(texts.close, { icon: icons.close, onclick: () => viewer.close() }),
  );
}

/** The first URL may make a claim, because the visitor has just clicked. Later URLs continue this claim. */
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

async function show(viewed: Viewed): Promise<void> {
  const kind = previewKindOf(viewed.file);
  if (kind !== "pdf" && kind !== "text") return showMedia(viewed);
  // The click is the reason for the claim, and the code may load slowly. So the viewer first requests the URL.
  if (viewed.file.sizeBytes > 0) await viewed.urls.getUrl();
  if (kind === "text") return (await import("./text.ts")).showText(viewed);
  return (await import("./pdf.ts")).showPdf(viewed);
}

/** The maximum number of new URLs for an element. After more failures, the preview fails. */
const MAX_RENEWALS = 3;

/** Shows an image, or plays audio or a video. */
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
  // The URL may expire before the end of the video. The video then continues at the same second with a new URL.
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
