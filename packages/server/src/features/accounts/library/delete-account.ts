import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { deleteSessionCookie } from "better-auth/cookies";
import { toIso } from "../../../platform/http/wire.ts";
import type { AccountVerbs } from "../index.ts";
import type { LogAccountChange } from "./account-links.ts";
import { callerOf, ownerOf, POST } from "./endpoint.ts";

export type AccountDeletions = Pick<AccountVerbs, "countAccountContents" | "closeOwnAccount" | "keepAccount">;

type Options = { safety: AccountDeletions; logChange: LogAccountChange };

/**
 * The endpoints that delete the account of the caller. A sign-in within 14 days can cancel the deletion. Each endpoint throws the errors of
 * its use case.
 */
export function deletesAccount({ safety, logChange }: Options): BetterAuthPlugin {
  return {
    id: "delete-account",
    endpoints: {
      countAccountContents: createAuthEndpoint("/account-contents", { method: "GET" }, async (endpoint) =>
        endpoint.json(await safety.countAccountContents(await callerOf(endpoint))),
      ),
      deleteAccount: createAuthEndpoint("/delete-account", POST, async (endpoint) => {
        const owner = await ownerOf(endpoint);
        const { deleteAt } = await safety.closeOwnAccount(owner);
        logChange("the account was closed", { userId: owner.caller.userId, cause: "settings" });
        deleteSessionCookie(endpoint);
        return endpoint.json({ deleteAt: toIso(deleteAt) });
      }),
    },
  };
}
