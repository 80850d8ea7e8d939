import { previewKindOf } from "../../files/preview-kind.ts";
import { formatBytes, splitName } from "../../texts/format.ts";
import { type Child, h, icons, svg } from "../dom.ts";

type FileProps = { filename: string; sizeBytes: number; contentType?: string };

/** A file in a list, with its icon, name and size. `below` is the line for the state of the file. `actions` are at the end. */
export function fileLine(
  { filename, sizeBytes, contentType = "" }: FileProps,
  { below, actions }: { below: readonly Child[]; actions: readonly Child[] },
): HTMLLIElement {
  return h(
    "li",
    { class: "py-2" },
    h(
      "div",
      { class: "flex min-h-11 items-center gap-3" },
      iconOf({ contentType, filename }),
      h(
        "div",
        { class: "min-w-0 grow" },
        fileName(filename),
        h("p", { class: "text-muted text-small tabular-nums" }, formatBytes(sizeBytes)),
      ),
      ...actions,
    ),
    h("div", { class: "pl-8" }, ...below),
  );
}

/** A filename on one line. A long filename is shortened in the middle, so that its extension stays visible. */
export function fileName(filename: string): HTMLElement {
  const { head, tail } = splitName(filename);
  return h(
    "p",
    { class: "flex min-w-0", title: filename },
    h("span", { class: "sr-only" }, filename),
    h("span", { "aria-hidden": "true", class: "truncate whitespace-pre" }, head),
    h("span", { "aria-hidden": "true", class: "shrink-0 whitespace-pre" }, tail),
  );
}

function iconOf(file: { contentType: string; filename: string }): HTMLElement {
  const kind = previewKindOf(file);
  // The icon library has no icon for PDFs.
  if (kind === "pdf")
    return h("b", { "aria-hidden": "true", class: "-mx-1 w-7 shrink-0 text-center text-muted text-small" }, "PDF");
  return h("span", { class: "text-muted" }, svg(pathsOf(kind), { size: 20 }));
}

function pathsOf(kind: ReturnType<typeof previewKindOf>): readonly string[] {
  if (kind === "image" || kind === "svg") return icons.image;
  if (kind === "video") return icons.film;
  return kind === "audio" ? icons.sound : icons.file;
}
