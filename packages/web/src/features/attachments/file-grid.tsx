import type { Attachment, Note } from "@valetkey/client";
import { clsx } from "clsx";
import { Download, Folder, ListChecks, MoreHorizontal, Play, Users } from "lucide-react";
import { type CSSProperties, memo, useRef } from "react";
import { IconButton } from "../../components/button.tsx";
import { FileName } from "../../components/file-name.tsx";
import { useFocusBack } from "../../components/hooks.ts";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { rovingGrid } from "../../components/roving-list.ts";
import { splitPath } from "../../files/folders.ts";
import { tileOf } from "../../files/picture-layout.ts";
import { $dragged } from "../../service/dragged-files.ts";
import { hasThumbnail, shapeOf } from "../../service/thumbnails.ts";
import { accessParts } from "../../texts/describe-access.ts";
import { formatBytes, texts } from "../../texts/index.ts";
import { type FileKind, kindOfFile } from "./arrange-files.ts";
import { type AttachmentActions, AttachmentMenu, CAN_DRAG, Rename } from "./attachment-row.tsx";
import { downloadZip } from "./download-all.tsx";
import { FileIcon, useThumbnail } from "./thumbnail.tsx";

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

/**
 * Shows files as tiles with the aspect ratios of their pictures. Each row fills the width, and all rows have about the same height. The
 * styles of `picture-grid` (theme.css) place the tiles before the pictures load, so nothing moves.
 */
export function FileGrid({ files, actions, now, chosenIds, renamedId }: FileGridProps) {
  return (
    <ul ref={rovingGrid} className="picture-grid">
      {files.map((attachment) => (
        <FileTile
          key={attachment.id}
          attachment={attachment}
          actions={actions}
          // Only a tile that shows an access with an expiry needs the current time. All other tiles get 0, so that React does not render a
          // thousand tiles again.
          now={attachment.access === undefined ? 0 : now}
          isChosen={chosenIds?.has(attachment.id)}
          isRenaming={attachment.id === renamedId}
        />
      ))}
    </ul>
  );
}

/** A small round button. On touch screens, the area that reacts to a finger is larger than the button. */
const MENU_BUTTON =
  "size-6! rounded-full! bg-surface! text-ink! before:absolute before:-inset-2.5 before:pointer-fine:hidden";

type FileTileProps = {
  attachment: Attachment;
  actions: AttachmentActions;
  now: number;
  isChosen: boolean | undefined;
  isRenaming: boolean;
};

/**
 * The tile of a file, with the same actions as a row of the list. A click opens the file. While the user selects files, the whole tile is a
 * checkbox.
 */
const FileTile = memo(function FileTile({ attachment, actions, now, isChosen, isRenaming }: FileTileProps) {
  const { id, filename, sizeBytes, access } = attachment;
  const opener = useRef<HTMLButtonElement>(null);
  useFocusBack(opener, isRenaming);
  const { onRename } = actions;
  if (isRenaming && onRename !== undefined) {
    return (
      <>
        {/* Fills the rest of the row before the rename form, so that the tiles of this row keep their size. */}
        <li aria-hidden="true" className="picture-grid-rest" />
        <Rename attachment={attachment} onDone={() => onRename(undefined)} />
      </>
    );
  }
  const { ratio, isCropped } = tileOf(shapeOf(attachment));
  const isNamed = NAMED.has(kindOfFile(attachment));
  const who = access === undefined ? [] : accessParts(access, { now });
  const facts = [...who, formatBytes(sizeBytes)].join(texts.common.separator);
  const content = <TileContent attachment={attachment} facts={facts} isCropped={isCropped || isNamed} />;
  return (
    <li
      style={{ "--ratio": ratio } as CSSProperties}
      draggable={CAN_DRAG}
      onDragStart={({ dataTransfer }) => actions.onDrag(attachment, dataTransfer)}
      onDragEnd={() => $dragged.set(undefined)}
      onKeyDown={(event) => {
        if (event.key === "F2") onRename?.(attachment);
      }}
      className={clsx("tile group", isNamed && "tile-named")}
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
            className="absolute top-2 left-2 z-1 size-5 cursor-pointer bg-surface accent-accent"
          />
          {content}
        </label>
      )}
      {who.length > 0 && (
        <span aria-hidden="true" className="tile-badge bottom-1 left-1 group-hover:hidden group-focus-within:hidden">
          <Users size={14} />
        </span>
      )}
      {/* On a touch screen, the menus would cover the pictures, so the menus appear only while the user selects files. */}
      <div className={clsx("tile-menu", isChosen === undefined && "pointer-coarse:hidden")}>
        <AttachmentMenu attachment={attachment} actions={actions} className={MENU_BUTTON} />
      </div>
    </li>
  );
});

/** The kinds of files that a small picture does not identify. The tiles of such files always show the filename. */
const NAMED: ReadonlySet<FileKind> = new Set(["pdf", "text", "table", "archive", "code", "other"]);

type TileContentProps = { attachment: Attachment; facts: string; isCropped: boolean };

/** Shows the picture of a file with its filename, or the icon of its kind. The filename of a photo appears on hover and on focus. */
function TileContent({ attachment, facts, isCropped }: TileContentProps) {
  const { place, url, isMissing } = useThumbnail<HTMLSpanElement>(attachment);
  const { filename } = attachment;
  const kind = kindOfFile(attachment);
  const hasPicture = hasThumbnail(attachment) && !isMissing;
  const isNamed = NAMED.has(kind);
  return (
    <span ref={place} aria-hidden="true" className="absolute inset-0">
      {url !== undefined && (
        <img
          src={url}
          alt=""
          decoding="async"
          draggable={false}
          className={clsx(
            "size-full transition-opacity starting:opacity-0",
            isCropped ? "object-cover" : "object-contain",
            isNamed && "object-top",
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
          <span className={clsx("tile-name", !isNamed && "tile-late")}>
            <FileName filename={filename} width={TWO_LINES} />
            <span className="tile-facts">{facts}</span>
          </span>
        </>
      ) : (
        <span className="flex size-full flex-col items-center justify-center gap-1 overflow-hidden p-1 text-center text-small leading-4">
          <FileIcon {...attachment} />
          <FileName filename={filename} width={TWO_LINES} />
          <span className="text-muted tabular-nums">{formatBytes(attachment.sizeBytes)}</span>
        </span>
      )}
    </span>
  );
}

/** The maximum width of a filename on two lines of a tile, counted in Latin letters. */
const TWO_LINES = 28;

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
