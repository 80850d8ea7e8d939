import type { Attachment, Note } from "@valetkey/client";
import { clsx } from "clsx";
import { Copy, Download, Eye, FileOutput, Link2, MoreHorizontal, PencilLine, Trash2, UserPlus } from "lucide-react";
import { type ComponentProps, memo, useMemo, useRef } from "react";
import { nameOf } from "../../components/avatar.tsx";
import { IconButton, IconLink } from "../../components/button.tsx";
import { FileName } from "../../components/file-name.tsx";
import { useFocusBack } from "../../components/hooks.ts";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { useDownloadLink } from "../../service/download-link.ts";
import { $dragged } from "../../service/dragged-files.ts";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { showProblem } from "../../service/toasts.ts";
import { accessParts } from "../../texts/describe-access.ts";
import { formatBytes, formatInstant, formatWhen, shortenName, texts } from "../../texts/index.ts";
import { Thumbnail } from "./thumbnail.tsx";

const words = texts.attachments;

/** The actions on an attachment. An action is undefined if the user has no permission for the action. */
export type AttachmentActions = {
  canReview: boolean;
  onPreview: (attachmentId: string) => void;
  onCopyLink: ((attachment: Attachment) => void) | undefined;
  onShare: ((attachment: Attachment) => void) | undefined;
  /** Opens the form that renames the file, or closes the form if the file is undefined. */
  onRename: ((attachment: Attachment | undefined) => void) | undefined;
  onMove: ((attachment: Attachment) => void) | undefined;
  onCopy: (attachment: Attachment) => void;
  /** Starts to drag the file. If the file is selected, all selected files are dragged. */
  onDrag: (attachment: Attachment, data: DataTransfer) => void;
  onRemove: ((attachment: Attachment) => void) | undefined;
  /** Selects or deselects a file. With `isRange`, also selects or deselects all files between the last clicked file and this file. */
  onChoose: (attachmentId: string, isRange: boolean) => void;
};

/** Touch screens have no drag, because a long press would start the drag, and a phone does not show the list of notes. */
export const CAN_DRAG = matchMedia("(pointer: fine)").matches;

type AttachmentRowProps = {
  attachment: Attachment;
  actions: AttachmentActions;
  accountId: string | undefined;
  now: number;
  /** Whether the file is selected. Undefined if the rows have no checkboxes. */
  isChosen: boolean | undefined;
  isRenaming: boolean;
};

/**
 * The row of an attachment. The button with the filename covers the whole row, so a click anywhere on the row opens the file. All other
 * controls are above this button. The browser skips the layout of rows out of view, except a row with the pointer or the focus, because the
 * tooltips of such a row extend beyond the row.
 */
export const AttachmentRow = memo(function AttachmentRow({
  attachment,
  actions,
  accountId,
  now,
  isChosen,
  isRenaming,
}: AttachmentRowProps) {
  const { id, filename, sizeBytes, createdBy, createdAt, state, access } = attachment;
  const isReady = state === "ready";
  const isForReview = state === "quarantined" && actions.canReview;
  const { onRename } = actions;
  const isChoosing = isChosen !== undefined;
  const opener = useRef<HTMLButtonElement>(null);
  useFocusBack(opener, isRenaming);
  // Phones cut the end of a long line, so the line starts with the state and the access. A review needs only the sender and the size.
  const sender = createdBy.id === accountId ? [] : [nameOf(createdBy, { otherwise: texts.common.someone })];
  const facts = [
    ...(isForReview ? sender : isWaiting(state) ? [words.states[state]] : []),
    ...(access === undefined || isForReview ? [] : accessParts(access, { now })),
    formatBytes(sizeBytes),
    ...(isForReview ? [] : sender),
  ];
  const name = <FileName filename={filename} />;
  if (isRenaming && onRename !== undefined) {
    return <Rename attachment={attachment} onDone={() => onRename(undefined)} />;
  }
  return (
    <li
      onKeyDown={(event) => {
        if (event.key === "F2" && isReady) onRename?.(attachment);
      }}
      draggable={isReady && CAN_DRAG}
      onDragStart={({ dataTransfer }) => actions.onDrag(attachment, dataTransfer)}
      onDragEnd={() => $dragged.set(undefined)}
      className="group relative isolate -mx-2 flex min-h-14 items-center gap-3 rounded-card px-2 py-1 [contain-intrinsic-size:auto_56px] [content-visibility:auto] focus-within:[content-visibility:visible] not-data-chosen:hover:bg-hover/60 hover:[content-visibility:visible] data-chosen:bg-selected"
      data-chosen={isChosen || undefined}
    >
      {isChoosing && <Choose attachment={attachment} isChosen={isChosen} onChoose={actions.onChoose} />}
      <Thumbnail attachment={attachment} />
      {/* On a phone, the buttons of a review are below the name. */}
      <div className="min-w-0 grow md:flex md:items-center md:gap-3">
        <div className="min-w-0 grow">
          {isReady ? (
            <button
              ref={opener}
              type="button"
              className="block max-w-full rounded-small text-left outline-none after:absolute after:inset-0 after:rounded-card focus-visible:after:outline-2 focus-visible:after:outline-accent focus-visible:after:-outline-offset-2"
              onClick={() => actions.onPreview(id)}
            >
              {name}
            </button>
          ) : (
            <span className="block text-muted">{name}</span>
          )}
          {state === "rejected" ? (
            <p className="text-pretty text-danger text-small">
              <Rejection attachment={attachment} />
            </p>
          ) : (
            <p
              className={clsx("text-muted text-small tabular-nums", !isForReview && "truncate")}
              title={isForReview ? attachment.contentType : undefined}
            >
              {facts.join(texts.common.separator)}
              {!isChoosing && (
                <>
                  {texts.common.separator}
                  <time dateTime={createdAt} title={formatInstant(createdAt)}>
                    {formatWhen(createdAt, now)}
                  </time>
                </>
              )}
            </p>
          )}
        </div>
        {isForReview && <Review attachment={attachment} />}
      </div>
      <div className="relative flex shrink-0 items-center pointer-fine:opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 has-[[aria-expanded=true]]:opacity-100">
        {isReady && <QuickActions attachment={attachment} actions={actions} />}
        <AttachmentMenu attachment={attachment} actions={actions} />
      </div>
    </li>
  );
});

type ChooseProps = { attachment: Attachment; isChosen: boolean; onChoose: AttachmentActions["onChoose"] };

function Choose({ attachment: { id, filename }, isChosen, onChoose }: ChooseProps) {
  return (
    // A click with Shift would also select the text between the two clicks, so the label prevents the selection.
    <label className="relative z-1 -mr-2 flex h-11 w-11 shrink-0 cursor-pointer select-none items-center justify-center md:w-8">
      <input
        type="checkbox"
        aria-label={words.choose(filename)}
        checked={isChosen}
        onChange={({ nativeEvent }) => onChoose(id, (nativeEvent as MouseEvent).shiftKey)}
        className="size-4 cursor-pointer accent-accent pointer-coarse:size-5"
      />
    </label>
  );
}

const loadRename = () => importWithRetry(() => import("./rename-form.tsx"));

type RenameProps = { attachment: Attachment; onDone: () => void };

function Rename(form: RenameProps) {
  const { data: code } = useCode("rename", loadRename, { onFail: form.onDone });
  return (
    <li className="-mx-2 flex min-h-14 items-center gap-3 rounded-card px-2 py-1">
      <Thumbnail attachment={form.attachment} />
      {code !== undefined && <code.RenameForm {...form} />}
    </li>
  );
}

/** The form of a tile. A form in the grid would move the other tiles. */
export function RenameDialog(form: RenameProps) {
  const { data: code } = useCode("rename", loadRename, { onFail: form.onDone });
  return code === undefined ? null : <code.RenameDialog {...form} />;
}

const loadReview = () => importWithRetry(() => import("./review-file.tsx"));

/** Few notes have files that wait for a review, so the code of the review form loads on demand. */
function Review(review: { attachment: Attachment }) {
  const { data: code } = useCode("review", loadReview);
  return code === undefined ? null : <code.ReviewFile {...review} />;
}

type ActionsProps = { attachment: Attachment; actions: AttachmentActions };

/** The buttons for frequent actions. Touch screens have only the menu, which contains all actions. */
function QuickActions({ attachment, actions }: ActionsProps) {
  const { onCopyLink } = actions;
  const downloadLink = useDownloadLink();
  return (
    <div className="pointer-coarse:hidden hidden md:flex">
      <IconButton label={words.preview} onClick={() => actions.onPreview(attachment.id)}>
        <Eye size={16} />
      </IconButton>
      {onCopyLink !== undefined && (
        <IconButton label={words.copyLink} onClick={() => onCopyLink(attachment)}>
          <Link2 size={16} />
        </IconButton>
      )}
      <IconLink label={words.download} {...downloadLink(attachment)}>
        <Download size={16} />
      </IconLink>
    </div>
  );
}

const MENU_BUTTON = (
  <IconButton label={texts.common.more} className="tooltip-left">
    <MoreHorizontal size={16} />
  </IconButton>
);

type AttachmentMenuProps = ActionsProps & Partial<Pick<ComponentProps<typeof Menu>, "trigger">>;

/** The menu with all actions. `trigger` is the menu button. */
export function AttachmentMenu({ attachment, actions, trigger = MENU_BUTTON }: AttachmentMenuProps) {
  const { onPreview, onCopyLink, onShare, onRename, onMove, onCopy, onRemove } = actions;
  const downloadLink = useDownloadLink();
  const isReady = attachment.state === "ready";
  if (!isReady && onRemove === undefined) return null;
  return (
    <Menu
      title={
        <span className="flex items-center gap-2">
          <Thumbnail attachment={attachment} />
          <span className="min-w-0">{shortenName(attachment.filename)}</span>
        </span>
      }
      trigger={trigger}
    >
      {isReady && (
        <>
          <MenuItem icon={<Eye size={16} />} onClick={() => onPreview(attachment.id)}>
            {words.preview}
          </MenuItem>
          {onCopyLink !== undefined && (
            <MenuItem icon={<Link2 size={16} />} onClick={() => onCopyLink(attachment)}>
              {words.copyLink}
            </MenuItem>
          )}
          <MenuItem icon={<Download size={16} />} render={<a {...downloadLink(attachment)} />}>
            {words.download}
          </MenuItem>
          {onRename !== undefined && (
            <MenuItem icon={<PencilLine size={16} />} onClick={() => onRename(attachment)}>
              {words.rename}
            </MenuItem>
          )}
          {onShare !== undefined && (
            <MenuItem icon={<UserPlus size={16} />} onClick={() => onShare(attachment)}>
              {words.share}
            </MenuItem>
          )}
          {onMove !== undefined && (
            <MenuItem icon={<FileOutput size={16} />} onClick={() => onMove(attachment)}>
              {words.moveTo}
            </MenuItem>
          )}
          <MenuItem icon={<Copy size={16} />} onClick={() => onCopy(attachment)}>
            {words.copyTo}
          </MenuItem>
        </>
      )}
      {onRemove !== undefined && (
        <MenuItem isDanger icon={<Trash2 size={16} />} onClick={() => onRemove(attachment)}>
          {attachment.state === "rejected" ? words.removeRejected : words.remove}
        </MenuItem>
      )}
    </Menu>
  );
}

/** Returns whether nobody can open the file yet. */
function isWaiting(state: Attachment["state"]): state is "pending" | "verifying" | "scanning" | "quarantined" {
  return state === "pending" || state === "verifying" || state === "scanning" || state === "quarantined";
}

/** Deletes a file. Few visits delete files, so the code for the deletion loads on demand. */
async function removeOne(attachment: Attachment): Promise<void> {
  try {
    const { removeAttachments } = await importWithRetry(() => import("./remove-attachment.ts"));
    await removeAttachments([attachment]);
  } catch (error) {
    showProblem(error);
  }
}

type RowActionsOptions = {
  hasLinks: boolean;
  callbacks: {
    onCopyLink: (attachments: readonly Attachment[]) => void;
    onShare: (attachments: readonly Attachment[]) => void;
    onPreview: (attachmentId: string) => void;
    onRename: (attachment: Attachment | undefined) => void;
    onChoose: (attachmentId: string, isRange: boolean) => void;
    onMove: (attachments: readonly Attachment[], isCopy: boolean) => void;
    onDrag: AttachmentActions["onDrag"];
  };
};

/** Returns the same object while the role is the same, so that React does not render unchanged rows again. */
export function useRowActions({ role }: Note, { hasLinks, callbacks }: RowActionsOptions): AttachmentActions {
  const latest = useRef(callbacks);
  latest.current = callbacks;
  return useMemo(() => {
    const canEdit = role !== "viewer";
    return {
      canReview: canEdit,
      onPreview: (id) => latest.current.onPreview(id),
      onCopyLink: hasLinks && canEdit ? (attachment) => latest.current.onCopyLink([attachment]) : undefined,
      onShare: role === "owner" ? (attachment) => latest.current.onShare([attachment]) : undefined,
      onRename: canEdit ? (attachment) => latest.current.onRename(attachment) : undefined,
      onMove: canEdit ? (attachment) => latest.current.onMove([attachment], false) : undefined,
      onCopy: (attachment) => latest.current.onMove([attachment], true),
      onDrag: (attachment, data) => latest.current.onDrag(attachment, data),
      onRemove: canEdit ? (attachment) => void removeOne(attachment) : undefined,
      onChoose: (id, isRange) => latest.current.onChoose(id, isRange),
    };
  }, [role, hasLinks]);
}

const loadRejections = () => importWithRetry(() => import("../../texts/describe-rejection.ts"));

/** Few files are rejected, so the code that describes the reason loads on demand. */
function Rejection({ attachment }: { attachment: Attachment }) {
  const { data } = useCode("rejections", loadRejections);
  return data?.describeRejection(attachment) ?? words.states.rejected;
}
