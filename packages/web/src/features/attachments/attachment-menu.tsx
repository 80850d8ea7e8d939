import type { Attachment } from "@valetkey/client";
import { Download, Eye, Link2, MoreHorizontal, Trash2, UserPlus } from "lucide-react";
import { IconButton } from "../../components/icon-button.tsx";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { downloadLink } from "../../service/download-link.ts";
import { texts } from "../../texts/index.ts";
import type { AttachmentActions } from "./attachment-row.tsx";

const words = texts.attachments;

type AttachmentMenuProps = { attachment: Attachment; actions: AttachmentActions };

export function AttachmentMenu({ attachment, actions }: AttachmentMenuProps) {
  const { onPreview, onCopyLink, onShare, onRemove } = actions;
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
          <MenuItem icon={<Link2 size={16} />} onClick={() => onCopyLink(attachment)}>
            {words.copyLink}
          </MenuItem>
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
