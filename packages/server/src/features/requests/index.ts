import type { Deps } from "../../platform/deps.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import { admit } from "../links/visitor/admit.ts";
import { receipts } from "./receipts.ts";
import { reviewFile } from "./review-file.ts";
import { admitSender, visitorUploads } from "./visitor-uploads.ts";

export type RequestVerbs = ReturnType<typeof createRequests>;

/** Creates what the rest of the service does with this feature. */
export function createRequests(deps: Deps, { starts, urls }: { starts: Allowance; urls: Allowance }) {
  const visits = { admit: admit(deps), allowance: urls };
  return {
    admitSender: admitSender(deps, visits),
    visitorUploads: visitorUploads(deps, starts),
    receipts: receipts(deps),
    reviewFile: reviewFile(deps),
  };
}
