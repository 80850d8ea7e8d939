import { Ellipsis, Link2, Trash2 } from "lucide-react";
import { IconButton } from "../../components/icon-button.tsx";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { toasts } from "../../components/toast-queue.ts";
import { texts } from "../../texts/index.ts";

const words = texts.notes;

/** What else can be done with a note. `onDelete` is for its owner. */
export function NoteMenu({ noteId, onDelete }: { noteId: string; onDelete: (() => void) | undefined }) {
  return (
    <Menu
      trigger={
        <IconButton label={words.more} className="tooltip-below tooltip-left">
          <Ellipsis size={18} />
        </IconButton>
      }
    >
      <MenuItem icon={<Link2 size={16} />} onClick={() => void copyAddress(noteId)}>
        {words.copyAddress}
      </MenuItem>
      {onDelete !== undefined && (
        <MenuItem isDanger icon={<Trash2 size={16} />} onClick={onDelete}>
          {words.delete}
        </MenuItem>
      )}
    </Menu>
  );
}

async function copyAddress(noteId: string): Promise<void> {
  const address = new URL(`/n/${noteId}`, location.origin).href;
  try {
    await navigator.clipboard.writeText(address);
    toasts.add({ title: words.addressCopied, description: words.addressHint });
  } catch {
    // Not every browser lets a page copy; what is shown can be copied by hand.
    toasts.add({ title: address, description: words.addressHint, timeout: 0 });
  }
}
