import type { OpenedLink } from "@valetkey/client";
import { previewOf } from "../files/picture-layout.ts";
import type { ZipJob } from "../files/zip-stream.ts";
import { describeProblem } from "../texts/describe-problem.ts";
import { type Claims, createClaims } from "./claims.ts";
import { fill, h, icons, svg } from "./dom.ts";
import { fileList } from "./file-list.ts";
import type { Page } from "./page-context.ts";
import { texts } from "./texts/en.ts";
import { abuseLine, progressBar, sheet, ticket } from "./views/parts.ts";
import { timeLeft } from "./views/time-left.ts";

const words = texts.shares;

/** The ticket of a link to files. If the link has several files, the button that downloads all files stays at the bottom of the screen. */
export function downloadView(link: OpenedLink, page: Page): HTMLElement {
  const { files = [], sharedBy, label, message, expiresAt } = link;
  const counts = h("details");
  const hasPictures = files.some((file) => previewOf(file, "small") !== undefined);
  const onEnd = () => void page.check();
  const time = h("div", {}, timeLeft(expiresAt, { onEnd }));
  const claims = createClaims(link, { visit: page.visit, onChange: () => showCounts(claims) });
  showCounts(claims);
  const { elements, main, downloads } = fileList(files, { page, claims });
  const title = sharedBy === "" ? words.anonymous(files.length) : words.title(sharedBy, files.length);
  const buttons = () =>
    h("div", { class: "flex flex-wrap items-center gap-3" }, time, downloadAll(link, { page, claims }));
  const none = h("p", { class: "mt-4 text-muted" }, words.none);
  const parts =
    files.length > 1
      ? { body: [counts, ...elements], bar: [downloads, buttons()] }
      : { body: files.length === 1 ? [...elements, main] : [none], stub: [time, counts] };

  /** Shows the number of remaining downloads. After the last download, shows only how long this visitor may repeat the download. */
  function showCounts({ claimsLeft, windowEndsAt }: Claims): void {
    const left = claimsLeft();
    const end = windowEndsAt();
    const isLast = left === 0 && end !== undefined;
    counts.className = left === undefined || isLast ? "hidden" : "mt-2 text-muted text-small";
    if (isLast) {
      const isSooner = expiresAt !== null && Date.parse(expiresAt) < Date.parse(end);
      fill(time, timeLeft(isSooner ? expiresAt : end, { onEnd, describe: words.window }));
    } else if (left !== undefined) {
      fill(
        counts,
        h(
          "summary",
          { class: "block cursor-pointer py-1" },
          h("strong", { class: "font-semibold text-ink" }, `${words.left(left)}. `),
          files.length > 1 && h("span", { class: "mr-2 inline-block" }, words.countsAll),
          h("span", { class: "whitespace-nowrap underline underline-offset-2" }, words.whatCounts),
        ),
        h("p", { class: "mt-1" }, hasPictures && `${words.countsPictures} `, words.counts),
      );
    }
  }

  return sheet(ticket({ title, label, message }, parts), abuseLine(link));
}

const zipWords = texts.zip;

/** A button that makes one ZIP of all files in the browser. The bytes go directly from the bucket to the browser. */
export function downloadAll(link: OpenedLink, { page, claims }: { page: Page; claims: Claims }): HTMLElement {
  const { files = [] } = link;
  const place = h("div", { class: "min-w-60 grow" });
  const outcome = h("p", { class: "mt-2 text-small empty:hidden" });
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const button = h(
    "button",
    { class: "button primary tall w-full", onclick: () => void start() },
    svg(icons.download),
    h("span", {}, texts.shares.all),
    h("span", { class: "button-detail" }, zipWords.content(files.length, totalBytes)),
  );

  function showProgress(aborter: AbortController): (count: number) => void {
    const bar = progressBar(zipWords.label);
    let doneBytes = 0;
    const add = (count: number) => {
      doneBytes += count;
      bar.update({ doneBytes, totalBytes, words: texts.shares.progress(doneBytes, totalBytes) });
    };
    add(0);
    const cancel = h("button", { class: "button", onclick: () => aborter.abort() }, texts.cancel);
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
      if (job.missing.length === 0) finish(zipWords.finished, false);
      else finish(zipWords.missing(job.missing), true);
    } catch (error) {
      if (claims.windowEndsAt() === undefined && page.showIfClosed(error)) return;
      finish(signal.aborted ? "" : describe(error, job), true);
    } finally {
      // Aborts the reads of files that the ZIP has opened ahead and no longer needs.
      aborter.abort();
    }
  }

  fill(place, button, outcome);
  return place;
}

function describe(error: unknown, { reading }: ZipJob): string {
  if (error instanceof DOMException) return zipWords.notSaved;
  return reading === undefined ? describeProblem(error) : zipWords.failed(reading);
}
