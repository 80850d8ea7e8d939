import type { Attachment } from "@valetkey/client";
import { Download, File } from "lucide-react";
import { buttonStyle } from "../../components/button.tsx";
import { Empty } from "../../components/states.tsx";
import { downloadLink } from "../../service/download-link.ts";
import { texts } from "../../texts/index.ts";

const words = texts.preview;

/** Offers the download of a file that the app cannot show. */
export function NoPreview({ file }: { file: Attachment }) {
  return (
    <Empty
      className="h-full justify-center"
      icon={<File size={28} strokeWidth={1.5} />}
      title={words.noPreview.title}
      hint={words.noPreview.hint}
      action={<DownloadLink file={file} />}
    />
  );
}

export function DownloadLink({ file }: { file: Attachment }) {
  return (
    <a className={buttonStyle()} {...downloadLink(file)}>
      <Download size={16} />
      {words.download}
    </a>
  );
}
