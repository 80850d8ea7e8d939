import type { Attachment } from "@valetkey/client";
import { CloudOff, FileX2, LockKeyhole } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Empty } from "../../components/states.tsx";
import { hasCode } from "../../service/client.ts";
import { describeProblem, texts } from "../../texts/index.ts";
import { DownloadLink } from "./no-preview.tsx";

const words = texts.preview;

/** Why a file is not shown: the bytes are there but make no sense to this browser, or need a password, or could not be had. */
export type Trouble = "unshowable" | "locked" | { error: unknown };

/** The reason in words, and what to do. */
export function TroubleView({ file, trouble, onRetry }: { file: Attachment; trouble: Trouble; onRetry: () => void }) {
  const { title, hint, Icon } = explain(trouble);
  return (
    <div role="alert" className="h-full">
      <Empty
        className="h-full justify-center"
        icon={<Icon size={28} strokeWidth={1.5} />}
        title={title}
        hint={hint}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            {typeof trouble === "string" && <DownloadLink file={file} />}
            {trouble !== "locked" && <Button onClick={onRetry}>{texts.common.tryAgain}</Button>}
          </div>
        }
      />
    </div>
  );
}

function explain(trouble: Trouble) {
  if (trouble === "unshowable") return { ...words.unshowable, Icon: FileX2 };
  if (trouble === "locked") return { ...words.locked, Icon: LockKeyhole };
  const { error } = trouble;
  if (hasCode(error, "access_denied")) return { ...words.noAccess, Icon: LockKeyhole };
  if (hasCode(error, "attachment_not_found")) return { ...words.gone, Icon: FileX2 };
  return { title: words.notLoaded, hint: describeProblem(error), Icon: CloudOff };
}
