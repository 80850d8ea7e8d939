import type { LinkFile } from "@valetkey/client";
import type { ZipJob } from "../../files/zip-stream.ts";
import { describeProblem } from "../../texts/describe-problem.ts";
import { fill, h, svg } from "../dom.ts";
import { icons } from "../icons.ts";
import type { Page } from "../page-context.ts";
import { texts } from "../texts/index.ts";
import { progressBar } from "../views/progress-bar.ts";
import type { Claims } from "./claims.ts";

const words = texts.zip;

type Options = { files: readonly LinkFile[]; label: string; page: Page; claims: Claims };

/** A button that makes one ZIP of all files in the browser. The bytes do not pass through the service. */
export function downloadAll({ files, label, page, claims }: Options): HTMLElement {
  const place = h("div", { class: "mt-4" });
  const outcome = h("p", { class: "mt-2 text-small empty:hidden" });
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const button = h(
    "button",
    { type: "button", class: "button primary w-full", onclick: () => void start() },
    svg(icons.download),
    texts.shares.all,
  );

  function showProgress(aborter: AbortController): (count: number) => void {
    const bar = progressBar(words.label);
    let doneBytes = 0;
    const add = (count: number) => {
      doneBytes += count;
      bar.update({ doneBytes, totalBytes, words: texts.shares.progress(doneBytes, totalBytes) });
    };
    add(0);
    const cancel = h("button", { type: "button", class: "button", onclick: () => aborter.abort() }, texts.cancel);
    fill(place, h("div", { class: "flex items-center gap-3" }, bar.element, cancel));
    bar.element.classList.add("grow");
    cancel.focus();
    return add;
  }

  function finish(text: string, isFailure: boolean): void {
    outcome.className = `mt-2 text-small empty:hidden ${isFailure ? "text-danger" : "text-accent"}`;
    fill(outcome, text);
    fill(place, button, outcome);
    button.focus();
    page.announce(text);
  }

  async function start(): Promise<void> {
    const aborter = new AbortController();
    const { signal } = aborter;
    const job: ZipJob = { signal, reading: undefined, missing: [], onBytes: () => undefined };
    try {
      const zip = await import("./zip.ts");
      const save = await zip.chooseTarget(words.name(fileNameOf(label)));
      if (save === undefined) return;
      job.onBytes = showProgress(aborter);
      await save(await zip.zipOfFiles(files, { job, claims }), { signal });
      if (job.missing.length === 0) finish(words.finished, false);
      else finish(words.missing(job.missing), true);
    } catch (error) {
      if (claims.windowEndsAt() === undefined && page.showIfClosed(error)) return;
      finish(signal.aborted ? "" : describe(error, job), true);
    } finally {
      // Stops the read-ahead of files that the ZIP no longer needs.
      aborter.abort();
    }
  }

  fill(place, button, outcome);
  return place;
}

function fileNameOf(label: string): string {
  return label.replaceAll(/[\\/:*?"<>|]/g, "_") || words.fallbackName;
}

function describe(error: unknown, { reading }: ZipJob): string {
  if (error instanceof DOMException) return words.notSaved;
  return reading === undefined ? describeProblem(error) : words.failed(reading);
}
