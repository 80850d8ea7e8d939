import { hasCode } from "../../../service/client.ts";
import { instanceQuery, queryClient } from "../../../service/queries.ts";
import { describeProblem, texts } from "../../../texts/index.ts";
import type { Upload } from "./upload.ts";

const words = texts.attachments.upload;

/** Describes the state of an upload. During the upload, the text contains the number of sent bytes, the rate and the time left. */
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

/** Describes why an upload failed. If the service rejected the file, the message of the service gives the reason. */
export function describeUploadFailure(error: unknown): string {
  if (hasCode(error, "upload_rejected")) return error.message;
  const maxBytes = queryClient.getQueryData(instanceQuery.queryKey)?.limits.uploadMaxBytes;
  if (hasCode(error, "file_too_large") && maxBytes !== undefined) return words.tooLarge(maxBytes);
  return describeProblem(error);
}
