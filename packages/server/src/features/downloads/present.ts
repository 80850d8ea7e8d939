import type { FileUrls } from "@valetkey/contract";
import { toIso } from "../../platform/http/wire.ts";
import type { BatchAnswer } from "./issue-urls.ts";

/** Parses `expiresIn` in seconds. Any other text becomes NaN. The use case refuses NaN with an error text that contains the valid range. */
export function parseExpiresIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Converts the URLs of a batch to the form of the response. */
export function presentAnswers(answers: readonly BatchAnswer[]): FileUrls["urls"] {
  // The URLs of a batch usually have the same expiry, so this code formats the expiry only when it changes.
  let instant = Number.NaN;
  let written = "";
  return answers.map((answer) => {
    if ("code" in answer) return answer;
    const { attachmentId, fileUrl, expiresAt } = answer;
    if (expiresAt !== instant) {
      instant = expiresAt;
      written = toIso(expiresAt);
    }
    return { attachmentId, fileUrl, expiresAt: written };
  });
}
