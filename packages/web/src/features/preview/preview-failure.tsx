import type { Attachment, ValetKeyError } from "@valetkey/client";
import { CloudOff, Download, File, FileX2, LockKeyhole } from "lucide-react";
import { Button, buttonStyle } from "../../components/button.tsx";
import { Empty } from "../../components/states.tsx";
import { type Range, readRange } from "../../files/read-range.ts";
import { client, hasCode } from "../../service/client.ts";
import { useDownloadLink } from "../../service/download-link.ts";
import { previewTexts } from "../../texts/en/preview.ts";
import { describeProblem, texts } from "../../texts/index.ts";

const words = previewTexts;

/**
 * Why the preview shows no file. `unshowable` means that the browser cannot show these bytes, and `locked` means that the file needs a
 * password.
 */
export type PreviewFailure = "unshowable" | "locked" | { error: unknown };

/** Converts an error of `useFileUrl` to the reason why the preview shows no file. */
export function failureOf(error: ValetKeyError): PreviewFailure {
  return error.code === "not_displayable" || error.code === "bucket_refused" ? "unshowable" : { error };
}

type PreviewFailureViewProps = { file: Attachment; failure: PreviewFailure; onRetry: () => void };

export function PreviewFailureView({ file, failure, onRetry }: PreviewFailureViewProps) {
  const { title, hint, Icon } = explain(failure);
  return (
    <div role="alert" className="h-full">
      <Empty
        className="h-full justify-center"
        icon={<Icon size={28} strokeWidth={1.5} />}
        title={title}
        hint={hint}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            {typeof failure === "string" && <DownloadLink file={file} />}
            {failure !== "locked" && <Button onClick={onRetry}>{texts.common.tryAgain}</Button>}
          </div>
        }
      />
    </div>
  );
}

function explain(failure: PreviewFailure) {
  if (failure === "unshowable") return { ...words.unshowable, Icon: FileX2 };
  if (failure === "locked") return { ...words.locked, Icon: LockKeyhole };
  const { error } = failure;
  if (hasCode(error, "access_denied")) return { ...words.noAccess, Icon: LockKeyhole };
  if (hasCode(error, "attachment_not_found")) return { ...words.gone, Icon: FileX2 };
  return { title: words.notLoaded, hint: describeProblem(error), Icon: CloudOff };
}

/** Offers to download a file that the app cannot show. */
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
  const downloadLink = useDownloadLink();
  return (
    <a className={buttonStyle()} {...downloadLink(file)}>
      <Download size={16} />
      {words.download}
    </a>
  );
}

/**
 * Returns a function that reads bytes of a file. This function uses one URL until the bucket refuses the URL, and then requests a new URL.
 * The owner's activity shows the first URL as a view, and later URLs as renewals. Rejects with `ValetKeyError`.
 */
export function fileReader(attachmentId: string): (range: Range) => Promise<Uint8Array<ArrayBuffer>> {
  let issuing: Promise<string> | undefined;
  let issued: string | undefined;
  async function issue(): Promise<string> {
    const purpose = issued === undefined ? "view" : "renewal";
    issued = (await client.urlFor(attachmentId, { disposition: "inline", purpose })).fileUrl;
    return issued;
  }
  const source = {
    getUrl() {
      issuing ??= issue().catch((error) => {
        issuing = undefined;
        throw error;
      });
      return issuing;
    },
    discardUrl(url: string) {
      if (url === issued) issuing = undefined;
    },
  };
  return (range) => readRange(source, range);
}
