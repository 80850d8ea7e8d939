import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { credentialQueries, requireCredential } from "../../people/revocation.ts";
import { accountQueries } from "../queries.ts";
import type { Owner } from "./own-account.ts";
import { revokeAccess } from "./revoke-access.ts";
import { type WarnDeps, warnOfChange } from "./warn-of-change.ts";

/**
 * Replaces the password of the caller and ends all sessions, including the session of the request. `revokeApiTokens`: also removes API
 * tokens, passkeys and webhooks. Throws `access_denied` or `wrong_password`.
 * A sign-in with the old password may run at the same time, so the sessions end only after the new hash is stored. So either the sign-in
 * waits for this transaction (`hasPassword`) and fails, or its session is already stored and ends with the others.
 */
export function changePassword(deps: WarnDeps & Pick<Deps, "db">) {
  const { db, clock } = deps;
  return (owner: Owner, { to, revokeApiTokens }: { to: string; revokeApiTokens: boolean }): Promise<void> =>
    db.transaction(async (tx) => {
      const { caller, passwordHash: from } = owner;
      const { userId } = caller;
      await credentialQueries(tx).lock(userId);
      await requireCredential(tx, caller);
      if (!(await accountQueries(tx).replacePassword(userId, { from, to, now: clock() }))) {
        throw new DomainError("wrong_password", "The password of this account has just changed. Try again.");
      }
      if (revokeApiTokens) await revokeAccess(tx, userId);
      await accountQueries(tx).endSessions(userId);
      await warnOfChange(deps, tx, { userId, change: "password-changed" });
    });
}
