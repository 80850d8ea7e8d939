import type { Arrive } from "../features/access/authorise.ts";
import { applicationUserId } from "../features/access/caller.ts";
import { createAdoption } from "../features/adoption/index.ts";
import { createAttachments } from "../features/attachments/index.ts";
import { createAudit } from "../features/audit/index.ts";
import { createDownloads } from "../features/downloads/index.ts";
import { createMoving } from "../features/moving/index.ts";
import { createPeople } from "../features/people/index.ts";
import { createPreviews } from "../features/previews/index.ts";
import { createStorage } from "../features/storage/index.ts";
import { createTrash } from "../features/trash/index.ts";
import { createUploads } from "../features/uploads/index.ts";
import { createUsage } from "../features/usage/index.ts";
import type { Deps } from "../platform/deps.ts";
import { createAllowance } from "../platform/limits/in-memory.ts";

const TOO_MANY_URLS = "You requested too many URLs in a short time. Wait until Retry-After has passed, then try again.";
const TOO_MANY_STARTS =
  "You started too many uploads in a short time. Wait until Retry-After has passed, then try again.";

const TOO_MANY_PREVIEWS =
  "You sent too many previews in a short time. Wait until Retry-After has passed, then try again.";
/** A file has two previews, and each preview has a start and a completion. */
const PREVIEW_STEPS_OF_FILE = 4;

/** Creates the limits of how often a user may start uploads and request URLs. Several features use the same limits. */
export function createAllowances({ clock, limits }: Deps) {
  // The limits protect the service from its users. They do not apply to the application that embeds the service.
  const exempt = applicationUserId("");
  const ofPreviews = limits.uploadRate && {
    perSecond: limits.uploadRate.perSecond * PREVIEW_STEPS_OF_FILE,
    burst: limits.uploadRate.burst * PREVIEW_STEPS_OF_FILE,
  };
  return {
    urls: createAllowance(limits.urlRate, { clock, exempt, problem: TOO_MANY_URLS }),
    starts: createAllowance(limits.uploadRate, { clock, exempt, problem: TOO_MANY_STARTS }),
    previews: createAllowance(ofPreviews, { clock, exempt, problem: TOO_MANY_PREVIEWS }),
  };
}

type Parts = { arrive: Arrive; allowances: ReturnType<typeof createAllowances> };

/** Joins the features that the service and all embeddings have in common. An embedding loads no other feature, except links. */
export function createFileUseCases(deps: Deps, { arrive, allowances }: Parts) {
  const { urls, starts, previews } = allowances;
  return {
    ...createTrash(deps),
    ...createMoving(deps, { starts }),
    ...createUploads(deps, { arrive, starts }),
    ...createPreviews(deps, { allowance: previews }),
    ...createAdoption(deps),
    ...createAttachments(deps, { arrive }),
    ...createDownloads(deps, { arrive, allowance: urls }),
    ...createAudit(deps),
    ...createPeople(deps),
    ...createUsage(deps),
    ...createStorage(deps),
  };
}

export type FileUseCases = ReturnType<typeof createFileUseCases>;
