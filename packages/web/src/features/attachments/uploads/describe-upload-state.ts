import { hasCode } from "../../../service/client.ts";
import { describeProblem, texts } from "../../../texts/index.ts";
import type { Upload } from "./upload.ts";
import { limitOf } from "./upload-limit.ts";

const words = texts.attachments.upload;

/** How an upload is; while it is sent: how far, how fast, and what is left. */
export function describeUploadState(upload: Upload, { isOnline }: { isOnline: boolean }): string[] {
  const { status, sentBytes, sizeBytes: totalBytes, bytesPerSecond, secondsLeft } = upload;
  switch (status) {
    case "sending": {
      const parts = [words.sent({ sentBytes, totalBytes })];
      if (bytesPerSecond !== null) parts.push(words.rate(bytesPerSecond));
      if (secondsLeft !== null && secondsLeft > 0) parts.push(words.left(secondsLeft));
      return parts;
    }
    case "waiting":
      return [isOnline ? words.waiting : words.offline];
    case "paused":
      return [words.paused({ sentBytes, totalBytes })];
    case "failed":
      return [describeUploadFailure(upload.error)];
    default:
      return [words[status]];
  }
}

/** Why an upload failed and what to do; the service's own words where it has looked at the file. */
export function describeUploadFailure(error: unknown): string {
  if (hasCode(error, "upload_rejected")) return error.message;
  const limitBytes = limitOf();
  if (hasCode(error, "file_too_large") && limitBytes !== undefined) return words.tooLarge(limitBytes);
  return describeProblem(error);
}
