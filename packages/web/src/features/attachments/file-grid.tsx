import type { Attachment, Note } from "@valetkey/client";
import { Download, Folder, ListChecks, MoreHorizontal } from "lucide-react";
import { memo, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { IconButton } from "../../components/button.tsx";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { rovingGrid } from "../../components/roving-list.ts";
import { splitPath } from "../../files/folders.ts";
import { layOutTiles, sizesOf } from "../../files/picture-layout.ts";
import { texts } from "../../texts/index.ts";
import type { AttachmentActions } from "./attachment-row.tsx";
import { downloadZip } from "./download-all.tsx";
import { FileTile, shapeOfTile } from "./file-tile.tsx";

const words = texts.attachments;

type FileGridProps = {
  /** The files. All files are `ready`. */
  files: readonly Attachment[];
  actions: AttachmentActions;
  now: number;
  /** The selected files. Undefined if the tiles have no checkboxes. */
  chosenIds: ReadonlySet<string> | undefined;
  renamedId: string | undefined;
};

/** The number of tiles in a block. When a block comes near the viewport, the browser lays out all its tiles in one frame. */
const BLOCK = 8;
/** The number of blocks whose tiles React adds to the page in one task. */
const BLOCKS_AT_ONCE = 4;

/**
 * Shows files as tiles with the aspect ratios of their pictures. Each row fills the width, and all rows have about the same height. The
 * grid places the tiles before the pictures load, so nothing moves.
 *
 * The tiles are in blocks, because with a thousand tiles in one container, each frame of a scroll takes too long. All tiles are in the
 * document, so that the browser can find and print all filenames.
 */
export function FileGrid({ files, now, ...props }: FileGridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const size = useGrid(grid);
  const blocks = useMemo(
    () =>
      Array.from({ length: Math.ceil(files.length / BLOCK) }, (_, nth) => files.slice(nth * BLOCK, (nth + 1) * BLOCK)),
    [files],
  );
  const [shown, setShown] = useState(BLOCKS_AT_ONCE);
  useEffect(() => {
    if (shown >= blocks.length) return undefined;
    const timer = setTimeout(() => setShown(shown + BLOCKS_AT_ONCE));
    return () => clearTimeout(timer);
  }, [shown, blocks.length]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a list cannot contain other lists that are not items
    <div ref={grid} role="list" className="picture-blocks">
      {size !== undefined &&
        blocks.map((block, nth) => (
          <Block
            // biome-ignore lint/suspicious/noArrayIndexKey: each block continues the block before it
            key={nth}
            {...props}
            files={block}
            start={nth * BLOCK}
            count={files.length}
            size={size}
            isLast={nth === blocks.length - 1}
            isShown={nth < shown}
            // Only a tile that shows an access with an expiry needs the current time. All other tiles get 0, so that React does not render a
            // thousand tiles again.
            now={block.some(({ access }) => access !== undefined) ? now : 0}
          />
        ))}
    </div>
  );
}

/** The width of a grid, and the usual height of its rows, in pixels. */
type GridSize = { width: number; rowHeight: number };

/** Measures the grid before the first paint, and again when its width changes. Moves the focus with the arrow keys. */
function useGrid(grid: RefObject<HTMLElement | null>): GridSize | undefined {
  const [size, setSize] = useState<GridSize>();
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null) return undefined;
    const measure = () => {
      const { width } = element.getBoundingClientRect();
      const rowHeight = Number.parseFloat(getComputedStyle(element).getPropertyValue("--row"));
      setSize((known) => (known?.width === width && known.rowHeight === rowHeight ? known : { width, rowHeight }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const stopRoving = rovingGrid(element);
    return () => {
      observer.disconnect();
      stopRoving?.();
    };
  }, [grid]);
  return size;
}

type BlockProps = FileGridProps & {
  /** The position of the first tile in the grid, from 0. */
  start: number;
  /** The number of tiles in the grid. */
  count: number;
  size: GridSize;
  isLast: boolean;
  isShown: boolean;
};

const Block = memo(function Block({
  files,
  actions,
  now,
  chosenIds,
  renamedId,
  start,
  count,
  size,
  isLast,
  isShown,
}: BlockProps) {
  const { sizes, height } = useMemo(() => {
    const { rows, height } = layOutTiles(files.map(shapeOfTile), { ...size, isLast });
    return { sizes: rows.flatMap(sizesOf), height };
  }, [files, size, isLast]);
  return (
    <ul role="presentation" style={{ minHeight: height }} className="picture-block">
      {isShown &&
        files.map((attachment, nth) => (
          <FileTile
            key={attachment.id}
            attachment={attachment}
            size={sizes[nth]}
            position={start + nth + 1}
            count={count}
            actions={actions}
            now={attachment.access === undefined ? 0 : now}
            isChosen={chosenIds?.has(attachment.id)}
            isRenaming={attachment.id === renamedId}
          />
        ))}
    </ul>
  );
});

type FolderHeadingProps = {
  note: Note;
  path: string;
  files: readonly Attachment[];
  onChoose: (files: readonly Attachment[]) => void;
};

/** The heading of the files in one folder, with a menu for all files of the folder. */
export function FolderHeading({ note, path, files, onChoose }: FolderHeadingProps) {
  const { around, last } = splitPath(path);
  const ready = files.filter(({ state }) => state === "ready");
  return (
    <div data-heading className="flex items-center gap-3 pt-2">
      <Folder size={16} className="shrink-0 text-muted" />
      <h3 dir="auto" className="wrap-anywhere min-w-0 font-medium">
        <span className="font-normal text-muted">{around}</span>
        {last}
      </h3>
      <span className="ml-auto shrink-0 text-muted text-small tabular-nums">{words.count(files.length)}</span>
      <Menu
        trigger={
          <IconButton label={words.moreOf(last)} className="tooltip-left -ml-3">
            <MoreHorizontal size={16} />
          </IconButton>
        }
      >
        {ready.length > 0 && (
          <MenuItem icon={<Download size={16} />} onClick={() => void downloadZip(note, ready)}>
            {words.download}
          </MenuItem>
        )}
        <MenuItem icon={<ListChecks size={16} />} onClick={() => onChoose(files)}>
          {words.selectAll}
        </MenuItem>
      </Menu>
    </div>
  );
}
