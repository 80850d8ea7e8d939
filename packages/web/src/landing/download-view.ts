import type { OpenedLink } from "@valetkey/client";
import { previewOf } from "../files/picture-layout.ts";
import { type Claims, createClaims } from "./claims.ts";
import { fill, h } from "./dom.ts";
import { downloadAll } from "./download-all.ts";
import { fileList } from "./file-list.ts";
import type { Page } from "./page-context.ts";
import { texts } from "./texts/en.ts";
import { abuseLine, sheet, ticket } from "./views/parts.ts";
import { timeLeft } from "./views/time-left.ts";

const words = texts.shares;

/** The ticket of a link to files. With several files, the button for all of them stays at the bottom of the screen. */
export function downloadView(link: OpenedLink, page: Page): HTMLElement {
  const { files = [], sharedBy, label, message, expiresAt } = link;
  const counts = h("p");
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

  /** Shows the number of remaining downloads. After the last one, shows how long this visitor may repeat it, and no other end. */
  function showCounts({ claimsLeft, windowEndsAt }: Claims): void {
    const left = claimsLeft();
    const end = windowEndsAt();
    const isLast = left === 0 && end !== undefined;
    counts.className = left === undefined || isLast ? "hidden" : "mt-3 text-muted text-small";
    if (isLast) {
      const isSooner = expiresAt !== null && Date.parse(expiresAt) < Date.parse(end);
      fill(time, timeLeft(isSooner ? expiresAt : end, { onEnd, describe: words.window }));
    } else if (left !== undefined) {
      const number = h("strong", { class: "font-semibold text-ink" }, words.left(left));
      fill(
        counts,
        number,
        ...(end === undefined ? [texts.separator, hasPictures ? words.countsPictures : words.counts] : []),
      );
    }
  }

  return sheet(ticket({ title, label, message }, parts), abuseLine(link));
}
