import type { OpenedLink } from "@valetkey/client";
import { comparePaths, splitPath } from "../../files/folders.ts";
import { previewKindOf } from "../../files/preview-kind.ts";
import { formatBytes, shortenName, splitName } from "../../texts/format.ts";
import { type Child, fill, h, icons, setProps, svg } from "../dom.ts";
import { texts } from "../texts/en.ts";

type TicketProps = { title: string; label?: string; message?: string; isOver?: boolean };
/**
 * `stub` is the part below the perforation. `bar` is a stub that stays at the bottom of the screen if the ticket is longer than the screen.
 */
type TicketParts = { body: readonly Child[]; stub?: readonly Child[]; bar?: readonly Child[] };

/** A claim ticket. Each text from a person has its own text direction, because people write in any script. */
export function ticket(
  { title, label = "", message = "", isOver = false }: TicketProps,
  { body, stub, bar }: TicketParts,
): HTMLElement {
  const below = bar ?? stub;
  const place = h("div", { class: bar === undefined ? "" : "ticket-bar" });
  const end = h("div");
  if (bar !== undefined) {
    // While the bar stays at the bottom of the screen, the end of the ticket is below the screen.
    new IntersectionObserver(([entry]) => {
      place.classList.toggle("covers", entry?.isIntersecting === false);
    }).observe(end);
  }
  if (below !== undefined) {
    fill(
      place,
      h("div", { class: "perforation", "aria-hidden": "true" }),
      h("div", { class: "p-4 md:px-6" }, ...below),
    );
  }
  return h(
    "section",
    { class: isOver ? "ticket over" : "ticket", "aria-labelledby": "title" },
    h(
      "div",
      { class: "p-4 pb-5 md:p-6" },
      h(
        "h1",
        { id: "title", dir: "auto", tabindex: -1, class: "text-title text-balance outline-none" },
        keepCounts(title),
      ),
      label !== "" && h("p", { dir: "auto", class: "mt-1 text-muted" }, label),
      message !== "" && h("p", { class: "message mt-3 whitespace-pre-line [unicode-bidi:plaintext]" }, message),
      ...body,
    ),
    below !== undefined && place,
    end,
  );
}

/** Joins a number with the next word by a no-break space, so that "37 files" stays on one line. */
const keepCounts = (title: string) => title.replace(/(\d) /g, "$1\u00a0");

/** The line below the ticket that names the contact for abuse. */
export function abuseLine({ abuseContact }: OpenedLink): HTMLElement | undefined {
  if (abuseContact === null) return undefined;
  const href = /^https?:/.test(abuseContact) ? abuseContact : `mailto:${abuseContact.replace(/^mailto:/, "")}`;
  return h(
    "p",
    { class: "mt-4 text-small text-muted" },
    h("a", { href, rel: "noreferrer", class: "underline underline-offset-2" }, texts.abuse),
  );
}

/** Stacks the ticket and the lines around it. */
export function sheet(...children: readonly Child[]): HTMLElement {
  return h("div", { class: "flex w-full flex-col items-center" }, ...children);
}

type Progress = { doneBytes: number; totalBytes: number; words: string };

export function progressBar(label: string): { element: HTMLElement; update(progress: Progress): void } {
  const fill = h("div");
  const bar = h("div", { role: "progressbar", "aria-label": label, "aria-valuemin": 0, class: "bar" }, fill);
  const line = h("p", { class: "mt-1 text-muted text-small tabular-nums" });
  return {
    element: h("div", { class: "mt-1" }, bar, line),
    update({ doneBytes, totalBytes, words }) {
      const percent = totalBytes === 0 ? 0 : Math.floor((100 * doneBytes) / totalBytes);
      setProps(bar, { "aria-valuenow": percent, "aria-valuemax": 100, "aria-valuetext": words });
      fill.style.transform = `scaleX(${percent / 100})`;
      line.textContent = words;
    },
  };
}

type FileProps = { filename: string; sizeBytes: number; contentType?: string };

type FileLineParts = {
  /** The element around the icon, the name and the size. This element is a button if a click on the file has an effect. */
  main?: HTMLElement;
  /** The text for screen readers in place of the filename, such as "Preview photo.png". Default: the filename. */
  label?: string;
  /** The line that shows the state of the file. */
  below: readonly Child[];
  /** The buttons at the end of the row. */
  actions: readonly Child[];
};

export function fileLine(file: FileProps, { main = h("div"), label, below, actions }: FileLineParts): HTMLLIElement {
  main.classList.add("file-main");
  main.prepend(
    iconOf({ contentType: "", ...file }),
    h(
      "span",
      { class: "min-w-0 grow" },
      listedName(file.filename, label),
      h("span", { class: "block text-muted text-small tabular-nums" }, formatBytes(file.sizeBytes)),
    ),
  );
  return h(
    "li",
    { class: "py-1" },
    h("div", { class: "flex items-center gap-1" }, main, ...actions),
    h("div", { class: "file-below has-[p]:pb-2" }, ...below),
  );
}

/** Shows a filename on at most two lines. A longer filename is shortened in the middle, so that its extension stays visible. */
function listedName(filename: string, label = filename): HTMLElement {
  return h(
    "span",
    { class: "block w-fit max-w-full whitespace-pre-wrap text-left", title: filename, dir: "auto" },
    // The label has its own text direction, so that it does not change the direction of the name.
    h("span", { class: "sr-only", dir: "auto" }, label),
    h("span", { "aria-hidden": "true" }, shortenName(filename)),
  );
}

/** Shows a filename on one line. The text direction of the name also decides on which side the end of the name is. */
export function lineName(filename: string): HTMLElement {
  const { head, tail } = splitName(filename);
  return h(
    "span",
    { class: "flex w-fit max-w-full whitespace-pre text-left", title: filename, dir: "auto" },
    h("span", { class: "sr-only" }, filename),
    h("span", { "aria-hidden": "true", class: "overflow-hidden text-ellipsis" }, head),
    h("span", { "aria-hidden": "true", class: "shrink-0" }, tail),
  );
}

function iconOf(file: { contentType: string; filename: string }): HTMLElement {
  const kind = previewKindOf(file);
  // The icon library has no icon for PDFs, so the icon is a text.
  if (kind === "pdf")
    return h("b", { "aria-hidden": "true", class: "w-5 shrink-0 text-[10px] text-muted tracking-tight" }, "PDF");
  return h("span", { class: "text-muted" }, svg(pathsOf(kind), { size: 20 }));
}

function pathsOf(kind: ReturnType<typeof previewKindOf>): readonly string[] {
  if (kind === "image" || kind === "svg") return icons.image;
  if (kind === "video") return icons.film;
  return kind === "audio" ? icons.sound : icons.file;
}

type Folder = { section: HTMLElement; list: HTMLElement; count: HTMLElement };

/** The lists of files on a ticket, one list for each folder. Files without a folder come first, without a heading. */
export function folderLists() {
  const element = h("div", { class: "mt-2 has-[li]:block hidden" });
  const folders = new Map<string, Folder>();

  function folderOf(path: string): Folder {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const id = `folder-${folders.size}`;
    const count = h("span", { class: "ml-auto shrink-0 text-muted text-small tabular-nums" });
    const names = path === "" ? { "aria-label": texts.shares.list } : { "aria-labelledby": id };
    const list = h("ul", { ...names, class: "divide-y" });
    const section = h(
      "div",
      { class: "has-[li]:block hidden" },
      path !== "" && folderHeading(path, { id, count }),
      list,
    );
    const [next] = [...folders.keys()].filter((other) => comparePaths(other, path) > 0).sort(comparePaths);
    element.insertBefore(section, next === undefined ? null : (folders.get(next)?.section ?? null));
    const folder = { section, list, count };
    folders.set(path, folder);
    return folder;
  }

  return {
    element,
    add: (path: string | undefined, row: HTMLElement) => folderOf(path ?? "").list.append(row),
    isEmpty: () => element.querySelector("li") === null,
    /** Updates the number of files of each folder. */
    update() {
      for (const { list, count } of folders.values()) fill(count, texts.count(list.childElementCount));
    },
  };
}

export function folderHeading(path: string, { id, count }: { id: string; count: HTMLElement }): HTMLElement {
  const { around, last } = splitPath(path);
  const name = h("h2", { id, dir: "auto", class: "min-w-0 font-medium" });
  fill(name, h("span", { class: "font-normal text-muted" }, around), last);
  const icon = svg(icons.folder, { className: "shrink-0 self-center text-muted" });
  return h("div", { class: "flex items-baseline gap-2 border-b pt-5 pb-2" }, icon, name, count);
}
