import { Ellipsis, Link2, Pencil, Trash2 } from "lucide-react";
import { IconButton } from "../../components/icon-button.tsx";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { copyText } from "../../service/clipboard.ts";
import { useShortcut } from "../../service/shortcuts.ts";
import { toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";

const words = texts.notes;

type NoteMenuProps = {
  noteId: string;
  /** Undefined if the user may not edit the note. */
  onEdit: (() => void) | undefined;
  onDelete: (() => void) | undefined;
};

export function NoteMenu({ noteId, onEdit, onDelete }: NoteMenuProps) {
  useShortcut("copy the address", () => void copyUrl(noteId));
  useShortcut("delete the note", () => onDelete?.(), { isEnabled: onDelete !== undefined });
  return (
    <Menu
      trigger={
        <IconButton label={words.more} className="tooltip-below tooltip-left">
          <Ellipsis size={18} />
        </IconButton>
      }
    >
      {onEdit !== undefined && (
        <MenuItem icon={<Pencil size={16} />} onClick={onEdit}>
          {words.edit}
        </MenuItem>
      )}
      <MenuItem icon={<Link2 size={16} />} onClick={() => void copyUrl(noteId)}>
        {words.copyLink}
      </MenuItem>
      {onDelete !== undefined && (
        <MenuItem isDanger icon={<Trash2 size={16} />} onClick={onDelete}>
          {words.delete}
        </MenuItem>
      )}
    </Menu>
  );
}

async function copyUrl(noteId: string): Promise<void> {
  const url = new URL(`/n/${noteId}`, location.origin).href;
  if (await copyText(url)) toasts.add({ title: words.linkCopied, description: words.linkHint });
  // If the browser refuses to copy, the user can select the URL in the message.
  else toasts.add({ title: url, description: words.linkHint, timeout: 0 });
}
