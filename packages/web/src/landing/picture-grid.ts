import type { LinkFile } from "@valetkey/client";
import { rovingGrid } from "../components/roving-list.ts";
import { previewOf, tileOf } from "../files/picture-layout.ts";
import { previewKindOf } from "../files/preview-kind.ts";
import { formatBytes, shortenName } from "../texts/format.ts";
import { fill, h, icons, svg } from "./dom.ts";
import type { Pictures } from "./pictures.ts";
import { texts } from "./texts/en.ts";

type GridOptions = { pictures: Pictures; onOpen: (file: LinkFile) => void };

/** The maximum width of a name in a tile. Latin letters. */
const NAME = 24;

/** Shows files as tiles with the shapes of their pictures, as in the app (theme.css). A click on a tile opens the file. */
export function pictureGrid(files: readonly LinkFile[], options: GridOptions): HTMLElement {
  const grid = h(
    "ul",
    { "aria-label": texts.shares.pictures, class: "picture-grid mt-4" },
    ...files.map((file) => tile(file, options)),
  );
  rovingGrid(grid);
  return grid;
}

function tile(file: LinkFile, { pictures, onOpen }: GridOptions): HTMLElement {
  const { filename, sizeBytes } = file;
  const kind = previewKindOf(file);
  const { ratio, isExact } = tileOf(previewOf(file, "small"));
  const name = (width: number) => h("span", { dir: "auto" }, shortenName(filename, width));
  const size = () => h("span", { class: "tile-facts" }, formatBytes(sizeBytes));
  const content = h("span", { "aria-hidden": "true", class: "absolute inset-0" });
  const icon = () =>
    h(
      "span",
      { class: "flex size-full flex-col items-center justify-center gap-1 p-1 text-center text-small" },
      svg(kind === "video" ? icons.film : kind === "image" ? icons.image : icons.file, { size: 20 }),
      name(NAME),
    );
  const image = pictures.show(file, {
    className: `size-full ${isExact ? "object-cover" : "object-contain"}`,
    onMissing: () => fill(content, icon()),
  });
  const isNamed = kind !== "image" && kind !== "video";
  fill(
    content,
    image ?? icon(),
    kind === "video" && h("span", { class: "tile-badge inset-0 m-auto size-10!" }, svg(icons.play)),
    h("span", { class: `tile-name ${isNamed ? "" : "tile-late"}` }, name(isNamed ? 16 : NAME), size()),
  );
  const button = h(
    "button",
    { type: "button", class: "tile-main", "aria-description": formatBytes(sizeBytes), onclick: () => onOpen(file) },
    h("span", { class: "sr-only" }, texts.shares.preview(filename)),
    content,
  );
  const item = h("li", { class: "tile" }, button);
  item.style.setProperty("--ratio", String(ratio));
  return item;
}
