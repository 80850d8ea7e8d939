import { createAccounts } from "../features/accounts/index.ts";
import { createAdministration } from "../features/administration/index.ts";
import { createAdoption } from "../features/adoption/index.ts";
import { createAttachments } from "../features/attachments/index.ts";
import { createAudit } from "../features/audit/index.ts";
import { createChanges } from "../features/changes/index.ts";
import { createDownloads } from "../features/downloads/index.ts";
import { createLinks } from "../features/links/index.ts";
import { createMails } from "../features/mail/index.ts";
import { createMoving } from "../features/moving/index.ts";
import { createNotes } from "../features/notes/index.ts";
import { createPeople } from "../features/people/index.ts";
import { createPreviews } from "../features/previews/index.ts";
import { createRequests } from "../features/requests/index.ts";
import { createArrivals } from "../features/sharing/accept-invitation.ts";
import { createSharing } from "../features/sharing/index.ts";
import { createStorage } from "../features/storage/index.ts";
import { createTokens } from "../features/tokens/index.ts";
import { createTrash } from "../features/trash/index.ts";
import { createUploads } from "../features/uploads/index.ts";
import { createUsage } from "../features/usage/index.ts";
import { createWebhooks } from "../features/webhooks/index.ts";
import type { Deps } from "../platform/deps.ts";
import { deleteExpiredWindows } from "../platform/limits/in-database.ts";
import { createAllowance } from "../platform/limits/in-memory.ts";

const TOO_MANY_URLS = "You requested too many URLs in a short time. Wait until Retry-After has passed, then try again.";
const TOO_MANY_STARTS =
  "You started too many uploads in a short time. Wait until Retry-After has passed, then try again.";

const TOO_MANY_PREVIEWS =
  "You sent too many previews in a short time. Wait until Retry-After has passed, then try again.";
/** A file has two previews, and each of them has a start and a completion. */
const PREVIEW_STEPS_OF_FILE = 4;

/** Joins the functions of all features. */
export function createUseCases(deps: Deps) {
  const { clock, limits } = deps;
  const arrive = createArrivals(deps);
  const urls = createAllowance(limits.urlRate, { clock, problem: TOO_MANY_URLS });
  const starts = createAllowance(limits.uploadRate, { clock, problem: TOO_MANY_STARTS });
  const ofPreviews = limits.uploadRate && {
    perSecond: limits.uploadRate.perSecond * PREVIEW_STEPS_OF_FILE,
    burst: limits.uploadRate.burst * PREVIEW_STEPS_OF_FILE,
  };
  const previews = createAllowance(ofPreviews, { clock, problem: TOO_MANY_PREVIEWS });
  return {
    ...createNotes(deps, { arrive }),
    ...createTrash(deps),
    ...createMoving(deps, { starts }),
    ...createUploads(deps, { arrive, starts }),
    ...createPreviews(deps, { allowance: previews }),
    ...createAdoption(deps),
    ...createAttachments(deps, { arrive }),
    ...createSharing(deps),
    ...createChanges(deps),
    ...createRequests(deps, { starts, urls }),
    ...createDownloads(deps, { arrive, allowance: urls }),
    ...createLinks(deps, { allowance: urls }),
    ...createAudit(deps),
    ...createTokens(deps),
    ...createAccounts(deps),
    ...createWebhooks(deps),
    ...createAdministration(deps),
    ...createMails(deps),
    ...createPeople(deps),
    ...createUsage(deps),
    ...createStorage(deps),
    deleteExpiredWindows: deleteExpiredWindows(deps),
  };
}

export type UseCases = ReturnType<typeof createUseCases>;
