import type { Attachment } from "@valetkey/client";
import { clsx } from "clsx";
import { Play, Users } from "lucide-react";
import { memo, useRef } from "react";
import { FileName } from "../../components/file-name.tsx";
import { useFocusBack } from "../../components/hooks.ts";
import { type TileSize, tileOf } from "../../files/picture-layout.ts";
import { $dragged } from "../../service/dragged-files.ts";
import { hasThumbnail, loadedThumbnail, shapeOf } from "../../service/thumbnails.ts";
import { accessParts } from "../../texts/describe-access.ts";
import { formatBytes, texts } from "../../texts/index.ts";
import { type FileKind, kindOfFile } from "./arrange-files.ts";
import { type AttachmentActions, AttachmentMenu, CAN_DRAG, RenameDialog } from "./attachment-row.tsx";
import { FileIcon, useThumbnail } from "./thumbnail.tsx";

const words = texts.attachments;

type FileTileProps = {
  attachment: Attachment;
  size: TileSize | undefined;
  /** The position of the tile in the grid, from 1. Screen readers read the position, because browsers omit the tiles that they skip. */
  position: number;
  /** The number of tiles in the grid. */
  count: number;
  actions: AttachmentActions;
  now: number;
  isChosen: boolean | undefined;
  isRenaming: boolean;
};

/**
 * The tile of a file, with the same actions as a row of the list. A click opens the file. While the user selects files, the whole tile is a
 * checkbox.
 */
export const FileTile = memo(function FileTile({
  attachment,
  size,
  position,
  count,
  actions,
  now,
  isChosen,
  isRenaming,
}: FileTileProps) {
  const { id, filename, sizeBytes, access } = attachment;
  const opener = useRef<HTMLButtonElement>(null);
  useFocusBack(opener, isRenaming);
  const { onRename } = actions;
  const { isCropped } = tileOf(shapeOf(attachment));
  const hasName = isNamed(attachment);
  const who = access === undefined ? [] : accessParts(access, { now });
  const facts = [...who, formatBytes(sizeBytes)].join(texts.common.separator);
  const content = <TileContent attachment={attachment} facts={facts} isCropped={isCropped || hasName} />;
  return (
    <li
      // biome-ignore lint/a11y/noRedundantRoles: the role of the list around this item is "presentation"
      role="listitem"
      aria-posinset={position}
      aria-setsize={count}
      style={size}
      draggable={CAN_DRAG}
      onDragStart={({ dataTransfer }) => actions.onDrag(attachment, dataTransfer)}
      onDragEnd={() => $dragged.set(undefined)}
      onKeyDown={(event) => {
        if (event.key === "F2") onRename?.(attachment);
      }}
      className="tile group"
    >
      {isChosen === undefined ? (
        <button
          ref={opener}
          type="button"
          aria-description={facts}
          className="tile-main"
          onClick={() => actions.onPreview(id)}
        >
          <span className="sr-only">{filename}</span>
          {content}
        </button>
      ) : (
        <label className="tile-main cursor-pointer select-none">
          <input
            type="checkbox"
            aria-label={words.choose(filename)}
            aria-description={facts}
            checked={isChosen}
            onChange={({ nativeEvent }) => actions.onChoose(id, (nativeEvent as MouseEvent).shiftKey)}
            className="absolute top-2 left-2 z-1 size-5 cursor-pointer rounded-[4px] border-2 border-muted bg-surface accent-accent"
          />
          {content}
        </label>
      )}
      {who.length > 0 && (
        <span aria-hidden="true" className="tile-badge bottom-1 left-1 group-hover:hidden group-focus-within:hidden">
          <Users size={14} />
        </span>
      )}
      <AttachmentMenu
        attachment={attachment}
        actions={actions}
        trigger={
          <button
            type="button"
            aria-label={texts.common.more}
            // On a touch screen, the menus would cover the pictures, so only the selected files have menus.
            className={clsx(
              "tile-menu tooltip tooltip-below tooltip-left",
              isChosen !== true && "pointer-coarse:hidden",
            )}
          />
        }
      />
      {isRenaming && onRename !== undefined && (
        <RenameDialog attachment={attachment} onDone={() => onRename(undefined)} />
      )}
    </li>
  );
});

/** The kinds of files that a small picture does not identify. The tiles of such files always show the filename. */
const NAMED: ReadonlySet<FileKind> = new Set(["pdf", "text", "table", "archive", "code", "other"]);

const isNamed = (file: Attachment) => NAMED.has(kindOfFile(file));

/** On a phone, the tile of a document page would be too narrow for its filename, so such a tile has at least this aspect ratio. */
const NARROWEST_NAMED = matchMedia("(width < 48rem)").matches ? 1.3 : 0;

/** Returns the aspect ratio of the tile of a file. */
export const shapeOfTile = (file: Attachment): number =>
  Math.max(tileOf(shapeOf(file)).ratio, isNamed(file) ? NARROWEST_NAMED : 0);

type TileContentProps = { attachment: Attachment; facts: string; isCropped: boolean };

/** Shows the picture of a file with its filename, or the icon of its kind. The filename of a photo appears on hover and on focus. */
function TileContent({ attachment, facts, isCropped }: TileContentProps) {
  const { id, filename } = attachment;
  const picture = useRef<HTMLImageElement>(null);
  // The URL is no state of React, because during a scroll, a render for each loaded picture would make frames late.
  const { place, isMissing } = useThumbnail<HTMLSpanElement>(attachment, (url) => {
    if (picture.current !== null) picture.current.src = url;
  });
  const kind = kindOfFile(attachment);
  const hasPicture = hasThumbnail(attachment) && !isMissing;
  const hasName = isNamed(attachment);
  return (
    <span ref={place} aria-hidden="true" className="block size-full">
      {hasPicture && (
        <img
          ref={picture}
          src={loadedThumbnail(id)}
          crossOrigin="anonymous"
          alt=""
          decoding="async"
          draggable={false}
          className={clsx(
            "not-[[src]]:hidden size-full",
            isCropped ? "object-cover" : "object-contain",
            hasName && "object-top",
          )}
        />
      )}
      {hasPicture ? (
        <>
          {kind === "video" && (
            <span className="tile-badge inset-0 m-auto size-10!">
              <Play size={18} />
            </span>
          )}
          <span className={clsx("tile-name", !hasName && "tile-late")}>
            <FileName filename={filename} width={TWO_LINES} />
            <span className="tile-facts">{facts}</span>
          </span>
        </>
      ) : (
        <span className="flex size-full flex-col items-center justify-center gap-1 overflow-hidden p-1 text-center text-small leading-4 *:first:-my-2.5 md:*:first:my-0 max-md:gap-0.5">
          <FileIcon {...attachment} />
          <FileName filename={filename} width={TWO_LINES} />
          <span className={clsx("text-muted tabular-nums", !isMissing && "max-md:hidden")}>
            {isMissing ? words.noPreview : formatBytes(attachment.sizeBytes)}
          </span>
        </span>
      )}
    </span>
  );
}

/** The maximum width of a filename on two lines of a tile, counted in Latin letters. */
const TWO_LINES = 28;
