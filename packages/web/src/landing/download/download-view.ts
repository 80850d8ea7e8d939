import type { OpenedLink } from "@valetkey/client";
import { formatClock } from "../../texts/format.ts";
import { fill, h } from "../dom.ts";
import type { Page } from "../page-context.ts";
import { texts } from "../texts/index.ts";
import { abuseLine, sheet, ticket } from "../views/ticket.ts";
import { timeLeft } from "../views/time-left.ts";
import { type Claims, createClaims } from "./claims.ts";
import { downloadAll } from "./download-all.ts";
import { fileRow } from "./file-row.ts";

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
