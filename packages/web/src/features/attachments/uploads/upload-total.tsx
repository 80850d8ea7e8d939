import { useStore } from "@nanostores/react";
import { createSpeedMeter } from "@valetkey/client";
import { useEffect, useState } from "react";
import { ProgressBar } from "../../../components/progress-bar.tsx";
import { uploadTexts } from "../../../texts/en/uploads.ts";
import { texts } from "../../../texts/index.ts";
import { uploads } from "./uploads.ts";

const words = uploadTexts;

/** Shows the progress of all running uploads to a note in one line. A single file shows its progress only in its own row. */
export function UploadTotal({ noteId }: { noteId: string }) {
  useStore(uploads.list.$uploads);
  const [meter] = useState(() => createSpeedMeter(Date.now));
  const total = uploads.list.total(noteId);
  const { attachedCount, failedCount, count, sentBytes, totalBytes, isSending, longestSeconds } = total;
  useEffect(() => {
    if (isSending) meter.update(sentBytes);
    else meter.rest();
  }, [meter, isSending, sentBytes]);
  if (count - failedCount < 2 || attachedCount + failedCount === count) return null;
  const rate = isSending ? (meter.rate() ?? 0) : 0;
  const facts = [
    words.sent({ sentBytes, totalBytes }),
    ...(rate === 0 || sentBytes === totalBytes
      ? []
      : [words.leftInAll(Math.max((totalBytes - sentBytes) / rate, longestSeconds))]),
  ].join(texts.common.separator);
  return (
    <div className="flex flex-col gap-2 pb-2">
      <p className="flex flex-wrap gap-x-4 text-small">
        <span className="mr-auto font-medium">{words.attached(attachedCount, count, failedCount)}</span>
        <span className="text-muted tabular-nums">{facts}</span>
      </p>
      <ProgressBar label={words.all} text={facts} share={totalBytes === 0 ? 0 : sentBytes / totalBytes} />
    </div>
  );
}
