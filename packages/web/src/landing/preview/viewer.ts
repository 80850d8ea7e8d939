import type { LinkFile } from "@valetkey/client";
import { previewKindOf } from "../../files/preview-kind.ts";
import { describeProblem } from "../../texts/describe-problem.ts";
import { fill, h, svg } from "../dom.ts";
import type { Claims } from "../download/claims.ts";
import { icons } from "../icons.ts";
import type { Page } from "../page-context.ts";
import { texts } from "../texts/index.ts";
import { fileName } from "../views/file-line.ts";
import { showMedia } from "./media.ts";
import type { Viewed } from "./viewed.ts";

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
