import type { LinkFile } from "@valetkey/client";
import { previewKindOf } from "../files/preview-kind.ts";
import { describeProblem } from "../texts/describe-problem.ts";
import type { Claims } from "./claims.ts";
import { fill, h, icons, setProps, svg } from "./dom.ts";
import { hasCode, type Page } from "./page-context.ts";
import type { Pictures } from "./pictures.ts";
import { type SaveState, saveFile } from "./save-file.ts";
import { texts } from "./texts/en.ts";
import { fileLine, progressBar } from "./views/parts.ts";

const words = texts.shares;
const PREVIEWED = new Set(["image", "video", "audio", "pdf", "text"]);

type RowOptions = { page: Page; claims: Claims; isOnly: boolean; pictures: Pictures; onOpen: (file: LinkFile) => void };
type Row = {
  row: HTMLElement;
  main: HTMLElement;
  start: () => Promise<void>;
  isRunning: () => boolean;
  fail: (error: unknown) => void;
};

export const canPreview = (file: LinkFile): boolean => PREVIEWED.has(previewKindOf(file));

/**
 * The row of a file. A click opens the preview of the file, or downloads a file without a preview. `main` is the download button of a link
 * with a single file. This button is the main action of the ticket, and is outside of the row. `start` starts the download after a click.
 */
export function fileRow(file: LinkFile, { page, claims, isOnly, pictures, onOpen }: RowOptions): Row {
  const { filename } = file;
  const status = saveStatus(file);
  const main = h("div", { class: isOnly ? "mt-4" : "flex empty:hidden" });
  const button = h("button", { onclick: () => void start() });
  const isRow = !isOnly && !canPreview(file);
  let aborter = new AbortController();
  const cancel = h(
    "button",
    { class: `button ${isOnly ? "secondary w-full" : ""}`, onclick: () => aborter.abort() },
    texts.cancel,
  );

  function offer(text: string): void {
    button.disabled = false;
    fill(main, !isRow && button);
    const name = words.ofFile(text, filename);
    if (isRow) row.querySelector(".sr-only")?.replaceChildren(name);
    else setProps(button, { "aria-label": name });
    if (!isOnly) return;
    button.className = `button w-full ${text === words.again ? "secondary" : "primary"}`;
    fill(button, svg(icons.download), text);
  }

  async function start(): Promise<void> {
    aborter = new AbortController();
    const { signal } = aborter;
    button.disabled = true;
    fill(main, cancel);
    cancel.focus();
    try {
      await page.whileBusy(saveFile(file, { claims, signal, report: status.show }));
      page.announce(words.finished(filename));
      offer(words.again);
    } catch (error) {
      if (!signal.aborted && claims.windowEndsAt() === undefined && page.showIfClosed(error)) return;
      status.fail(signal.aborted ? undefined : describe(error));
      offer(words.download);
    }
    button.focus();
  }

  if (!isOnly) {
    button.className = isRow ? "" : "button icon";
    fill(button, isRow ? h("span", { class: "file-action" }, svg(icons.download)) : svg(icons.download));
  }
  const opener = h(
    "button",
    { onclick: () => onOpen(file) },
    svg(icons.eye, { className: "mx-1 shrink-0 text-muted" }),
  );
  const opens = { main: opener, label: words.preview(filename) };
  const shown = canPreview(file) ? opens : isRow ? { main: button } : {};
  const row = fileLine(file, { ...shown, below: [status.element], actions: [!isOnly && main] });
  if (!isOnly) showThumbnail(file, { row, pictures });
  offer(words.download);
  return {
    row,
    main,
    start,
    isRunning: () => cancel.isConnected,
    fail: (error) => status.fail(describeProblem(error)),
  };
}

/** Replaces the icon of a file with the small preview of the file. */
function showThumbnail(file: LinkFile, { row, pictures }: { row: HTMLElement; pictures: Pictures }): void {
  const icon = row.querySelector(".file-main > *");
  const picture = pictures.show(file, { className: "", onMissing: () => icon && place.replaceWith(icon) });
  const place = h("span", { class: "file-thumbnail" }, picture);
  if (picture !== undefined) icon?.replaceWith(place);
}

function describe(error: unknown): string {
  if (error instanceof DOMException) return words.notSaved;
  return hasCode(error, "link_not_found") ? words.windowOver : describeProblem(error);
}

/** The lines below a file that show the progress of its download. */
function saveStatus({ filename, sizeBytes }: Pick<LinkFile, "filename" | "sizeBytes">) {
  const element = h("div");
  const bar = progressBar(words.downloading(filename));
  const resume = h("div", { class: "mt-2 empty:hidden" });
  const running = h("div", {}, bar.element, resume);
  return {
    element,
    show(state: SaveState): void {
      if (state.kind === "starting") fill(element, h("p", { class: "text-muted text-small" }, words.starting));
      else if (state.kind === "done" || state.kind === "handedOver") fill(element, finished(words[state.kind]));
      else {
        const { doneBytes } = state;
        const text = state.kind === "running" ? words.progress(doneBytes, sizeBytes) : words[state.kind];
        bar.update({ doneBytes, totalBytes: sizeBytes, words: text });
        fill(resume, state.kind === "broken" && resumeButton(state.onResume));
        if (!running.isConnected) fill(element, running);
      }
    },
    /** Shows an error. If the text is undefined, removes the shown error. */
    fail(text: string | undefined): void {
      fill(element, text !== undefined && h("p", { role: "alert", class: "text-danger text-small" }, text));
    },
  };
}

function finished(text: string): HTMLElement {
  return h("p", { class: "flex items-center gap-1 text-accent text-small" }, svg(icons.check), text);
}

function resumeButton(onclick: () => void): HTMLElement {
  return h("button", { class: "button secondary", onclick }, words.resume);
}
