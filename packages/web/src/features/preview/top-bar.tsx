import { Dialog } from "@base-ui/react/dialog";
import type { Attachment } from "@valetkey/client";
import { Download, X } from "lucide-react";
import { FileName } from "../../components/file-name.tsx";
import { IconButton, IconLink } from "../../components/icon-button.tsx";
import { downloadLink } from "../../service/download-link.ts";
import { texts } from "../../texts/index.ts";

const words = texts.preview;

/** The file name and the actions. `position`: "12 MB · 2 of 5". */
export function TopBar({ file, position }: { file: Attachment | undefined; position: string }) {
  return (
    <header className="flex items-center gap-1 border-b py-2 pr-2 pl-4">
      <div className="min-w-0 grow">
        <Dialog.Title className="truncate font-semibold">
          {file === undefined ? words.gone.title : <FileName filename={file.filename} />}
        </Dialog.Title>
        <Dialog.Description className="text-muted text-small tabular-nums">{position}</Dialog.Description>
      </div>
      {file !== undefined && (
        <IconLink label={words.download} {...downloadLink(file)} className="tooltip-below tooltip-left">
          <Download size={18} />
        </IconLink>
      )}
      <Dialog.Close render={<IconButton label={texts.common.close} className="tooltip-below tooltip-left" />}>
        <X size={18} />
      </Dialog.Close>
    </header>
  );
}
