import type { Attachment } from "@valetkey/client";
import { Dialog } from "../../components/dialog.tsx";
import { linkTexts } from "../../texts/en/links.ts";
import { LinkPanel } from "./link-panel.tsx";

const words = linkTexts.dialog;

type FileLinksDialogProps = {
  /** One file, or several files of one note. */
  files: readonly [Attachment, ...Attachment[]];
  onClose: () => void;
};

/** Makes a link to files in two clicks. For a single file, also shows the links that the file has. */
export function FileLinksDialog({ files, onClose }: FileLinksDialogProps) {
  const [first] = files;
  return (
    <Dialog
      onClose={onClose}
      className="md:w-[560px]"
      title={files.length === 1 ? words.title(first.filename) : words.titleOfSeveral(files.length)}
    >
      <LinkPanel noteId={first.noteId} files={files} hasCode />
    </Dialog>
  );
}
