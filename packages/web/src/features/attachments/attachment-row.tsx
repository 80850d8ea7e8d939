import type { Attachment } from "@valetkey/client";
import { Download, Eye, Link2, MoreHorizontal, Trash2, UserPlus } from "lucide-react";
import { memo } from "react";
import { nameOf } from "../../components/avatar.tsx";
import { FileName } from "../../components/file-name.tsx";
import { IconButton, IconLink } from "../../components/icon-button.tsx";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { useCode } from "../../service/code.ts";
import { useDownloadLink } from "../../service/download-link.ts";
import { loadCode } from "../../service/load-code.ts";
import { formatBytes, formatInstant, formatWhen, texts } from "../../texts/index.ts";
import { Thumbnail } from "./thumbnails/thumbnail.tsx";

const words = texts.attachments;

/** The actions on an attachment. An undefined action is not permitted to the user. */
export type AttachmentActions = {
  /** Whether the user decides about the files of visitors. */
  canReview: boolean;
  onPreview: (attachmentId: string) => void;
  onCopyLink: ((attachment: Attachment) => void) | undefined;
  onShare: ((attachment: Attachment) => void) | undefined;
  onRemove: ((attachment: Attachment) => void) | undefined;
};

type AttachmentRowProps = {
  attachment: Attachment;
  actions: AttachmentActions;
  accountId: string | undefined;
  now: number;
};

/**
 * The row of an attachment. The browser skips the layout of rows out of sight, but not of a row with hover or focus, because its
 * tooltips overflow the row.
 */
export const AttachmentRow = memo(function AttachmentRow({ attachment, actions, accountId, now }: AttachmentRowProps) {
  const { id, filename, sizeBytes, createdBy, createdAt, state, sharedWith = 0 } = attachment;
  const isReady = state === "ready";
  const who = createdBy.id === accountId ? texts.common.you : nameOf(createdBy, { otherwise: texts.common.someone });
  const name = <FileName filename={filename} />;
  return (
    <li className="group -mx-2 flex min-h-14 items-center gap-3 rounded-card px-2 py-1 [contain-intrinsic-size:auto_56px] [content-visibility:auto] focus-within:[content-visibility:visible] hover:bg-hover/60 hover:[content-visibility:visible]">
      <Thumbnail attachment={attachment} />
      <div className="min-w-0 grow">
        {isReady ? (
          <button
            type="button"
            className="block max-w-full rounded-small text-left"
            onClick={() => actions.onPreview(id)}
          >
            {name}
          </button>
        ) : (
          <span className="block text-muted">{name}</span>
        )}
        {state === "rejected" ? (
          <p className="text-pretty text-danger text-small">{attachment.reason ?? words.states.rejected}</p>
        ) : (
          <p className="truncate text-muted text-small tabular-nums">
            {formatBytes(sizeBytes)}
            {` · ${who} · `}
            <time dateTime={createdAt} title={formatInstant(createdAt)}>
              {formatWhen(createdAt, now)}
            </time>
            {isWaiting(state) && ` · ${words.states[state]}`}
            {sharedWith > 0 && ` · ${words.sharedWith(sharedWith)}`}
          </p>
        )}
        {state === "quarantined" && <Review attachment={attachment} canReview={actions.canReview} />}
      </div>
      <div className="flex shrink-0 items-center pointer-fine:opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 has-[[aria-expanded=true]]:opacity-100">
        {isReady && <QuickActions attachment={attachment} actions={actions} />}
        <AttachmentMenu attachment={attachment} actions={actions} />
      </div>
    </li>
  );
});

const loadReview = () => loadCode(() => import("./review-file.tsx"));

/** Loads on demand, because few notes have files that wait for a review. */
function Review(review: { attachment: Attachment; canReview: boolean }) {
  const { data: code } = useCode("review", loadReview);
  return code === undefined ? null : <code.ReviewFile {...review} />;
}

type ActionsProps = { attachment: Attachment; actions: AttachmentActions };

/** The actions that need no menu. Hidden on touch screens, where the menu has all actions. */
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

function AttachmentMenu({ attachment, actions }: ActionsProps) {
  const { onPreview, onCopyLink, onShare, onRemove } = actions;
  const downloadLink = useDownloadLink();
  const isReady = attachment.state === "ready";
  if (!isReady && onRemove === undefined) return null;
  return (
    <Menu
      trigger={
        <IconButton label={texts.common.more} className="tooltip-left">
          <MoreHorizontal size={16} />
        </IconButton>
      }
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
          {onShare !== undefined && (
            <MenuItem icon={<UserPlus size={16} />} onClick={() => onShare(attachment)}>
              {words.share}
            </MenuItem>
          )}
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

/** Whether the file cannot be opened yet. */
function isWaiting(state: Attachment["state"]): state is "pending" | "verifying" | "scanning" | "quarantined" {
  return state === "pending" || state === "verifying" || state === "scanning" || state === "quarantined";
}
