import type { LinkFile } from "@valetkey/client";
import { fill, h, svg } from "../dom.ts";
import { icons } from "../icons.ts";
import { texts } from "../texts/index.ts";
import { progressBar } from "../views/progress-bar.ts";
import type { SaveState } from "./save-file.ts";

const words = texts.shares;

/** The lines below a file that show the progress of its download. */
export function saveStatus({ filename, sizeBytes }: Pick<LinkFile, "filename" | "sizeBytes">) {
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
    /** Shows a failure. With undefined, removes the text that is shown. */
    fail(text: string | undefined): void {
      fill(element, text !== undefined && h("p", { role: "alert", class: "text-danger text-small" }, text));
    },
  };
}

function finished(text: string): HTMLElement {
  return h("p", { class: "flex items-center gap-1 text-accent text-small" }, svg(icons.check), text);
}

function resumeButton(onclick: () => void): HTMLElement {
  return h("button", { type: "button", class: "button secondary", onclick }, words.resume);
}
