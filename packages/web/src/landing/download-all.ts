import type { OpenedLink } from "@valetkey/client";
import type { ZipJob } from "../files/zip-stream.ts";
import { describeProblem } from "../texts/describe-problem.ts";
import type { Claims } from "./claims.ts";
import { fill, h, icons, svg } from "./dom.ts";
import type { Page } from "./page-context.ts";
import { texts } from "./texts/en.ts";
import { progressBar } from "./views/parts.ts";

const words = texts.zip;

/** A button that makes one ZIP of all files in the browser. The bytes do not go through the service. */
export function downloadAll(link: OpenedLink, { page, claims }: { page: Page; claims: Claims }): HTMLElement {
  const { files = [] } = link;
  const place = h("div", { class: "min-w-60 grow" });
  const outcome = h("p", { class: "mt-2 text-small empty:hidden" });
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const button = h(
    "button",
    { type: "button", class: "button primary tall w-full", onclick: () => void start() },
    svg(icons.download),
    h("span", {}, texts.shares.all),
    h("span", { class: "button-detail" }, words.content(files.length, totalBytes)),
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
      const save = await zip.chooseTarget(zip.zipName(link, { now: new Date() }));
      if (save === undefined) return;
      job.onBytes = showProgress(aborter);
      const saved = async () => save(await zip.zipOfFiles(files, { job, claims }), { signal });
      await page.whileBusy(saved());
      if (job.missing.length === 0) finish(words.finished, false);
      else finish(words.missing(job.missing), true);
    } catch (error) {
      if (claims.windowEndsAt() === undefined && page.showIfClosed(error)) return;
      finish(signal.aborted ? "" : describe(error, job), true);
    } finally {
      // The ZIP no longer needs the files that are read ahead.
      aborter.abort();
    }
  }

  fill(place, button, outcome);
  return place;
}

function describe(error: unknown, { reading }: ZipJob): string {
  if (error instanceof DOMException) return words.notSaved;
  return reading === undefined ? describeProblem(error) : words.failed(reading);
}
