import type { FileUrls } from "@valetkey/contract";
import type { BatchAnswer } from "../../../usecases/issue-urls.ts";
import { toIso } from "../../wire-instant.ts";

/** Parses `expiresIn` in seconds. Other text becomes NaN, so that the use case refuses it and names the range. */
export function parseExpiresIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** The URLs of a batch in the form of the wire. */
export function presentAnswers(answers: readonly BatchAnswer[]): FileUrls["urls"] {
  // The URLs of a batch usually share one expiry, so it is formatted once.
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
