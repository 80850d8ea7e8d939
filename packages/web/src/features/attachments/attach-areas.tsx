import { type DropOptions, Dropzone, type DropzoneProps } from "@valetkey/react";
import { ChevronDown, FolderUp, Paperclip } from "lucide-react";
import { useRef } from "react";
import { Button, IconButton } from "../../components/button.tsx";
import { Menu, MenuItem } from "../../components/menu.tsx";
import { filesOfFolder } from "../../files/folders.ts";
import { useShortcut } from "../../service/shortcuts.ts";
import { texts } from "../../texts/index.ts";
import type { ChosenFile } from "./uploads/upload.ts";

const words = texts.attachments;

/** Replaces an empty list of files. For editors, the whole area is the button that attaches files. */
export function NoFiles({ drop }: { drop: DropOptions | undefined }) {
  const area = "rounded-card border border-dashed px-6 text-center text-muted";
  if (drop === undefined) return <p className={`${area} py-8`}>{words.empty.viewer}</p>;
  const { before, choose } = words.empty;
  return (
    <AttachArea
      {...drop}
      className={`${area} relative flex cursor-pointer flex-col items-center gap-2 border-line-strong py-10 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2 hover:border-accent hover:bg-hover`}
    >
      <Paperclip size={20} />
      <span>
        <span className="pointer-coarse:hidden">{before}</span>
        <span className="font-medium text-accent underline underline-offset-4 pointer-coarse:inline-block pointer-coarse:first-letter:uppercase">
          {choose}
        </span>
      </span>
    </AttachArea>
  );
}

/** A frame over the note while the user drags files over the page. The frame receives no drag events. */
export function DropFrame({ over }: { over: Element | null }) {
  const box = over?.getBoundingClientRect();
  return (
    <div
      className="pointer-events-none fixed inset-0 z-30 border-8 border-accent-soft"
      style={
        box && { top: box.top, left: box.left, right: "auto", bottom: "auto", width: box.width, height: box.height }
      }
    >
      <div className="flex size-full items-end justify-center rounded-card border-2 border-accent border-dashed bg-accent-soft/75 pb-16 md:items-center md:pb-0">
        <p className="flex items-center gap-2 rounded-card bg-accent px-4 py-2 font-medium text-on-accent shadow-float">
          <Paperclip size={16} />
          {words.drop}
        </p>
      </div>
    </div>
  );
}

export function AttachArea(area: DropzoneProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("u", () => input.current?.click());
  return <Dropzone {...area} inputRef={input} />;
}

/**
 * Lets the user choose a whole folder, with a separate button or in a small menu beside another button. Phones and tablets cannot choose a
 * folder.
 */
export function AttachFolder({ isAlone, onChosen }: { isAlone: boolean; onChosen: (files: ChosenFile[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = () => input.current?.click();
  return (
    <>
      <input
        ref={input}
        type="file"
        {...{ webkitdirectory: "" }}
        className="hidden"
        onChange={({ currentTarget }) => {
          onChosen(filesOfFolder(currentTarget.files));
          // With an empty value, the user can choose the same folder again.
          currentTarget.value = "";
        }}
      />
      {isAlone ? (
        <Button kind="quiet" className="pointer-coarse:hidden" onClick={choose}>
          <FolderUp size={16} />
          {words.attachFolder}
        </Button>
      ) : (
        <Menu
          trigger={
            <IconButton label={words.attachMore} className="tooltip-left pointer-coarse:hidden">
              <ChevronDown size={16} />
            </IconButton>
          }
        >
          <MenuItem icon={<FolderUp size={16} />} onClick={choose}>
            {words.attachFolder}
          </MenuItem>
        </Menu>
      )}
    </>
  );
}
