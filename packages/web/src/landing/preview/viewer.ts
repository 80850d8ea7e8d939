import type { LinkFile } from "@valetkey/client";
import { previewKindOf } from "../../files/preview-kind.ts";
import { describeProblem } from "../../texts/describe-problem.ts";
import type { Claims } from "../claims.ts";
import { fill, h, icons, setProps, svg } from "../dom.ts";
import type { Page } from "../page-context.ts";
import { texts } from "../texts/en.ts";
import { fileName } from "../views/parts.ts";
import type { Viewed } from "./pdf.ts";

const words = texts.preview;

/** Shows a file over the page. Call it in a click handler, because only a click may make a download claim. */
export function openViewer(file: LinkFile, { page, claims }: { page: Page; claims: Claims }): void {
  const aborter = new AbortController();
  const stage = h("div", { class: "relative flex min-h-0 grow items-center justify-center overflow-auto" });
  const close = h(
    "button",
    { type: "button", class: "button icon", "aria-label": texts.close, onclick: () => viewer.close() },
    svg(icons.close, { size: 20 }),
  );
  const viewer = h(
    "dialog",
    { class: "viewer", "aria-label": file.filename, onclose },
    h(
      "div",
      { class: "flex h-full flex-col" },
      h(
        "div",
        { class: "flex items-center gap-3 border-b bg-surface p-2 pl-4" },
        h("div", { class: "min-w-0 grow" }, fileName(file.filename)),
        close,
      ),
      stage,
    ),
  );
  function onclose(): void {
    aborter.abort();
    viewer.remove();
  }
  document.body.append(viewer);
  viewer.showModal();
  fill(stage, h("p", { class: "appear-late text-muted" }, words.loading));
  const fail = (text: string) =>
    fill(stage, h("p", { role: "alert", class: "max-w-sm p-4 text-center text-muted" }, text));
  let isClick = true;
  const getUrl = () => {
    const options = { disposition: "inline", isClick } as const;
    isClick = false;
    return claims.urlOf(file.id, options);
  };
  show({ file, stage, getUrl, signal: aborter.signal, fail }).catch((error: unknown) => {
    if (aborter.signal.aborted) return;
    if (claims.windowEndsAt() !== undefined || !page.showIfClosed(error)) return fail(describeProblem(error));
    viewer.close();
  });
}

async function show(viewed: Viewed): Promise<void> {
  if (previewKindOf(viewed.file) !== "pdf") return showMedia(viewed);
  const first = await viewed.getUrl();
  const { showPdf } = await import("./pdf.ts");
  await showPdf(viewed, first);
}

/** How many times an element may get a new URL before the preview fails. */
const MAX_RENEWALS = 3;

/** Shows an image, or plays audio or a video. */
export async function showMedia({ file, stage, getUrl, signal, fail }: Viewed): Promise<void> {
  const kind = previewKindOf(file);
  const element = h(kind === "video" ? "video" : kind === "audio" ? "audio" : "img", {
    class: "max-h-full max-w-full",
  });
  if (element instanceof HTMLMediaElement) {
    setProps(element, { controls: true, preload: "metadata", playsinline: true, "aria-label": file.filename });
    element.classList.toggle("w-full", kind === "audio");
  } else setProps(element, { alt: file.filename });
  let renewals = 0;
  // The URL may expire before the video is over. The video then continues at the same second with a new URL.
  element.addEventListener("error", () => void renew());
  element.addEventListener(kind === "image" ? "load" : "canplay", () => {
    renewals = 0;
  });

  async function renew(): Promise<void> {
    if (signal.aborted) return;
    renewals += 1;
    if (renewals > MAX_RENEWALS) return fail(texts.preview.failed);
    const { currentTime = 0, paused = true } = element instanceof HTMLMediaElement ? element : {};
    try {
      element.src = await getUrl();
    } catch {
      return fail(texts.preview.failed);
    }
    if (!(element instanceof HTMLMediaElement)) return;
    element.currentTime = currentTime;
    if (!paused) element.play().catch(() => undefined);
  }

  element.src = await getUrl();
  fill(stage, element);
}
