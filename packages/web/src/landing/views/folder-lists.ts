import { comparePaths, splitPath } from "../../files/folders.ts";
import { fill, h, icons, svg } from "../dom.ts";
import { texts } from "../texts/en.ts";

type Folder = { section: HTMLElement; list: HTMLElement; count: HTMLElement };

/** The lists of files on a ticket, one for each folder. The files without a folder come first, without a heading. */
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
    /** Counts the files of each folder. */
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
