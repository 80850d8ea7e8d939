import type { LinkFile } from "@valetkey/client";
import { inFolders } from "../files/folders.ts";
import { previewOf, usualLayout } from "../files/picture-layout.ts";
import { previewKindOf } from "../files/preview-kind.ts";
import type { Claims } from "./claims.ts";
import { h } from "./dom.ts";
import { canPreview, fileRow } from "./file-row.ts";
import type { Page } from "./page-context.ts";
import { createPictures, pictureGrid } from "./pictures.ts";
import { texts } from "./texts/en.ts";
import { folderHeading, folderLists } from "./views/parts.ts";

type ListOptions = { page: Page; claims: Claims };

type FileList = {
  elements: readonly HTMLElement[];
  /** The download button of a link with a single file. */
  main: HTMLElement | undefined;
  /**
   * The running downloads of files in the grid. These downloads are near the button that downloads all files, because a tile has no space
   * for a download.
   */
  downloads: HTMLElement;
};

/** The files of a link. If most files are photos, a grid shows the files with pictures, and a list below the grid shows all other files. */
export function fileList(files: readonly LinkFile[], { page, claims }: ListOptions): FileList {
  const pictures = createPictures(page);
  const rows = new Map<LinkFile, ReturnType<typeof fileRow>>();
  const downloads = h("ul", { class: "empty:hidden" });
  const isOnly = files.length === 1;
  const tiles = tilesOf(files);
  const listed = isOnly ? files : files.filter((file) => !tiles.includes(file));

  function rowOf(file: LinkFile) {
    const row = rows.get(file) ?? fileRow(file, { page, claims, isOnly, pictures, onOpen });
    rows.set(file, row);
    return row;
  }

  function onOpen(file: LinkFile): void {
    const shown = files.filter(canPreview);
    import("./preview/viewer.ts").then(
      ({ openViewer }) => openViewer(file, { page, claims, files: shown, pictures, onDownload }),
      // The code of the preview could not be loaded, so the row shows this error.
      (error: unknown) => {
        if (tiles.includes(file)) downloads.append(rowOf(file).row);
        rowOf(file).fail(error);
      },
    );
  }

  function onDownload(file: LinkFile): void {
    const { row, start, isRunning } = rowOf(file);
    if (!row.isConnected) {
      for (const other of rows.values()) if (!other.isRunning() && downloads.contains(other.row)) other.row.remove();
      downloads.append(row);
    }
    if (!isRunning()) void start();
  }

  const lists = folderLists();
  for (const file of listed) lists.add(file.path, rowOf(file).row);
  lists.update();
  const hasThumbnails = !isOnly && listed.some((file) => previewOf(file, "small") !== undefined);
  lists.element.classList.toggle("with-pictures", hasThumbnails);
  const grids = inFolders(tiles).flatMap(({ path, files: ofFolder }, nth) => {
    const count = h("span", { class: "ml-auto text-muted text-small tabular-nums" }, texts.count(ofFolder.length));
    const heading = path === "" ? [] : [folderHeading(path, { id: `pictures-${nth}`, count })];
    return [...heading, pictureGrid(ofFolder, { pictures, onOpen })];
  });
  return { elements: [...grids, lists.element], main: rows.get(files[0] as LinkFile)?.main, downloads };
}

function tilesOf(files: readonly LinkFile[]): readonly LinkFile[] {
  const pictured = files.filter((file) => previewOf(file, "small") !== undefined);
  if (files.length === 1) return pictured;
  const photos = pictured.filter((file) => ["image", "video"].includes(previewKindOf(file))).length;
  return usualLayout({ photos, files: files.length }) === "grid" ? pictured.filter(canPreview) : [];
}
