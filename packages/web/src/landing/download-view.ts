import type { LinkFile, OpenedLink } from "@valetkey/client";
import type { ZipJob } from "../files/zip-stream.ts";
import { describeProblem } from "../texts/describe-problem.ts";
import { formatClock } from "../texts/format.ts";
import { type Claims, createClaims } from "./claims.ts";
import { fill, h, icons, svg } from "./dom.ts";
import { fileRow } from "./file-row.ts";
import type { Page } from "./page-context.ts";
import { texts } from "./texts/en.ts";
import { abuseLine, progressBar, sheet, ticket } from "./views/parts.ts";
import { timeLeft } from "./views/time-left.ts";

const words = texts.shares;

/** The ticket of a link to files. */
export function downloadView(link: OpenedLink, page: Page): HTMLElement {
  const { files = [], sharedBy, label, message, expiresAt } = link;
  const counts = h("p", { class: "text-muted text-small" });
  const claims = createClaims(link, { visit: page.visit, onChange: () => showCounts(counts, claims) });
  showCounts(counts, claims);
  const isOnly = files.length === 1;
  const rows = files.map((file) => fileRow(file, { page, claims, isOnly }));
  const list = h("ul", { "aria-label": words.list, class: "mt-4 divide-y" }, ...rows.map(({ row }) => row));
  const actions = isOnly ? rows.map(({ main }) => main) : [downloadAll({ files, label, page, claims })];
  const title = sharedBy === "" ? words.anonymous(files.length) : words.title(sharedBy, files.length);
  return sheet(
    ticket(
      { title, label, message },
      {
        body: files.length === 0 ? [h("p", { class: "mt-4 text-muted" }, words.none)] : [list, ...actions],
        stub: [timeLeft(expiresAt, { onEnd: () => void page.reload() }), counts],
      },
    ),
    abuseLine(link),
  );
}

/** Before the first click, shows that the downloads are limited. After a click, shows how long this visitor may repeat the download. */
function showCounts(line: HTMLElement, claims: Claims): void {
  const left = claims.claimsLeft();
  const windowEndsAt = claims.windowEndsAt();
  line.className = left === undefined ? "hidden" : "mt-2 text-muted text-small";
  if (left === undefined) return;
  if (windowEndsAt !== undefined) fill(line, words.window(formatClock(windowEndsAt)));
  else fill(line, h("strong", { class: "font-semibold text-ink" }, words.left(left)), texts.separator, words.counts);
}

const zipWords = texts.zip;

type Options = { files: readonly LinkFile[]; label: string; page: Page; claims: Claims };

/** A button that makes one ZIP of all files in the browser. The bytes do not pass through the service. */
function downloadAll({ files, label, page, claims }: Options): HTMLElement {
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
    const bar = progressBar(zipWords.label);
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
      const save = await zip.chooseTarget(zipWords.name(fileNameOf(label)));
      if (save === undefined) return;
      job.onBytes = showProgress(aborter);
      await save(await zip.zipOfFiles(files, { job, claims }), { signal });
      if (job.missing.length === 0) finish(zipWords.finished, false);
      else finish(zipWords.missing(job.missing), true);
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
  return label.replaceAll(/[\\/:*?"<>|]/g, "_") || zipWords.fallbackName;
}

function describe(error: unknown, { reading }: ZipJob): string {
  if (error instanceof DOMException) return zipWords.notSaved;
  return reading === undefined ? describeProblem(error) : zipWords.failed(reading);
}
