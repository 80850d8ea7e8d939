import type { FileUrls } from "@valetkey/contract";
import type { BatchAnswer } from "../../../usecases/issue-urls.ts";
import { toIso } from "../../wire-instant.ts";

/** Parses `expiresIn` in seconds. Other text becomes NaN, which the use case refuses with the range in the message. */
export function parseExpiresIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Converts the URLs of a batch to the form of the response. */
export function presentAnswers(answers: readonly BatchAnswer[]): FileUrls["urls"] {
  // The URLs of a batch usually share one expiry, so the expiry is formatted once.
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
