import { createAccounts } from "../features/accounts/index.ts";
import { createAdministration } from "../features/administration/index.ts";
import { createChanges } from "../features/changes/index.ts";
import { createLinks } from "../features/links/index.ts";
import { createMails } from "../features/mail/index.ts";
import { createNotes } from "../features/notes/index.ts";
import { createRequests } from "../features/requests/index.ts";
import { createArrivals } from "../features/sharing/accept-invitation.ts";
import { createSharing } from "../features/sharing/index.ts";
import { createTokens } from "../features/tokens/index.ts";
import { createWebhooks } from "../features/webhooks/index.ts";
import type { Deps } from "../platform/deps.ts";
import { deleteExpiredWindows } from "../platform/limits/in-database.ts";
import { createAllowances, createFileUseCases } from "./file-use-cases.ts";

export function createUseCases(deps: Deps) {
  const arrive = createArrivals(deps);
  const allowances = createAllowances(deps);
  const { urls, starts } = allowances;
  return {
    ...createFileUseCases(deps, { arrive, allowances }),
    ...createNotes(deps, { arrive }),
    ...createSharing(deps),
    ...createChanges(deps),
    ...createRequests(deps, { starts }),
    ...createLinks(deps, { allowance: urls }),
    ...createTokens(deps),
    ...createAccounts(deps),
    ...createWebhooks(deps),
    ...createAdministration(deps),
    ...createMails(deps),
    deleteExpiredWindows: deleteExpiredWindows(deps),
  };
}

export type UseCases = ReturnType<typeof createUseCases>;
