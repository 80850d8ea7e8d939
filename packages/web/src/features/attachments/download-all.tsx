import { useStore } from "@nanostores/react";
import type { Attachment, Note } from "@valetkey/client";
import { Download } from "lucide-react";
import { atom } from "nanostores";
import { Button } from "../../components/button.tsx";
import { ProgressBar } from "../../components/states.tsx";
import { importWithRetry } from "../../service/lazy-code.ts";
import { useShortcut } from "../../service/shortcuts.ts";
import { toasts } from "../../service/toasts.ts";
import { describeProblem, texts } from "../../texts/index.ts";
import type { ZipProgress } from "./zip-download.ts";

const words = texts.attachments.zip;

/** The ZIP that this tab is making. The download continues while the user opens other pages of the app. */
const $zipProgress = atom<ZipProgress | undefined>();

type DownloadAllProps = {
  note: Note;
  attachments: readonly Attachment[];
  /** Hides the button while another button downloads the selected files. The progress of a running ZIP stays visible. */
  isHidden: boolean;
};

/** The button that downloads all files of a note as one ZIP. A note with fewer than two files has no such button. */
export function DownloadAll({ note, attachments, isHidden }: DownloadAllProps) {
  const progress = useStore($zipProgress);
  const ready = attachments.filter(({ state }) => state === "ready");
  const canDownload = progress === undefined && ready.length > 1;
  useShortcut("download all", () => void downloadZip(note, ready), { isEnabled: canDownload });
  if (progress?.noteId === note.id) {
    const { doneBytes, totalBytes, cancel } = progress;
    const text = words.progress(doneBytes, totalBytes);
    return (
      <div className="order-last flex w-full items-center gap-3">
        <ProgressBar label={words.label} text={text} share={doneBytes / Math.max(1, totalBytes)} />
        <span className="shrink-0 text-muted text-small tabular-nums">{text}</span>
        <Button kind="quiet" onClick={cancel}>
          {words.cancel}
        </Button>
      </div>
    );
  }
  if (ready.length < 2 || isHidden) return null;
  return (
    <Button
      kind="quiet"
      className="max-xl:px-3"
      title={words.action}
      disabled={progress !== undefined}
      onClick={() => void downloadZip(note, ready)}
    >
      <Download size={18} className="xl:hidden" />
      <span className="max-xl:sr-only">{words.action}</span>
    </Button>
  );
}

/** Downloads files of a note as one ZIP. The tab makes only one ZIP at a time. */
export async function downloadZip(note: Note, attachments: readonly Attachment[]): Promise<void> {
  try {
    await (await importWithRetry(() => import("./zip-download.ts"))).downloadZip({
      note,
      attachments,
      $progress: $zipProgress,
    });
  } catch (error) {
    // If the code for ZIP downloads cannot be loaded, the page shows a message.
    toasts.add({ title: describeProblem(error), priority: "high" });
  }
}
