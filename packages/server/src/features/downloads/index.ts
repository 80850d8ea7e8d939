import type { Deps } from "../../platform/deps.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import type { Arrive } from "../access/authorise.ts";
import { issueUrl } from "./issue-url.ts";
import { issueUrls } from "./issue-urls.ts";
import { createRefusals } from "./record-refusals.ts";

export type DownloadVerbs = ReturnType<typeof createDownloads>;

export function createDownloads(deps: Deps, { arrive, allowance }: { arrive: Arrive; allowance: Allowance }) {
  const refusals = createRefusals(deps);
  const urlParts = { refusals, arrive, allowance };
  return {
    issueUrl: issueUrl(deps, urlParts),
    issueUrls: issueUrls(deps, urlParts),
    flushRefusals: refusals.flush,
  };
}
