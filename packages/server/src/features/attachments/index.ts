import type { Deps } from "../../platform/deps.ts";
import type { Arrive } from "../access/authorise.ts";
import { getAttachment } from "./read-attachments.ts";

export type AttachmentVerbs = ReturnType<typeof createAttachments>;

/** Creates what the rest of the service does with this feature. */
export function createAttachments(deps: Deps, { arrive }: { arrive: Arrive }) {
  return {
    getAttachment: getAttachment(deps, arrive),
  };
}
