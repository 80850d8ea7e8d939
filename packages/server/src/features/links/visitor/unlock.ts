import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { FairTurns } from "../../../platform/limits/fair-turns.ts";
import { takeFromWindow, type WindowLimit } from "../../../platform/limits/in-database.ts";
import { verifyPassword } from "../hash-password.ts";
import { effectiveExpiry } from "../link.ts";
import { type Admit, linkPolicy } from "./admit.ts";
import type { Visitor } from "./claim.ts";
import { countLook } from "./look-at-link.ts";
import { newPass, type Pass } from "./pass.ts";

const WINDOW_MS = 15 * 60_000;
const OF_CLIENT: WindowLimit = { name: "link password of client", max: 10, windowMs: WINDOW_MS };
/**
 * Limits how many wrong passwords all clients together can try for one link. When the limit is exceeded, visitors who have already unlocked
 * the link can still open it.
 */
const OF_LINK: WindowLimit = { name: "link password", max: 100, windowMs: WINDOW_MS };
const PROBLEM = "Too many wrong passwords for this link. Wait until Retry-After has passed, then try again.";

/**
 * Checks the password of a link, and returns a pass for the link (the content of the visitor's cookie). Each try counts before the password
 * is checked, so that parallel guesses can't exceed the limit. Throws `link_not_found`, `wrong_password` and `rate_limited`.
 */
export function unlockLink(deps: Deps, { admit, hashTurns }: { admit: Admit; hashTurns: FairTurns }) {
  const { clock, newId } = deps;
  const check = checkPassword(deps);
  return async (token: string, { sealedPass, network, password }: Visitor & { password: string }): Promise<Pass> => {
    const admitted = await admit(token, { sealedPass, wish: { kind: "look" } });
    const { link } = admitted;
    const { passwordHash } = link;
    if (admitted.state === "locked" && admitted.by === "password" && passwordHash !== undefined) {
      // A hash is costly, so the networks of visitors take turns. A network with many tries does not delay the other networks.
      await hashTurns.run({ holder: `ip ${network}` }, () =>
        check({ linkId: link.id, network, password, passwordHash }),
      );
    }
    const pass = newPass(admitted, { newId, now: clock(), expiresAt: effectiveExpiry(link, linkPolicy(deps)) });
    await countLook(deps, { admitted, pass, network });
    return pass;
  };
}

function checkPassword(deps: Deps) {
  return async (guess: { linkId: string; network: string; password: string; passwordHash: string }): Promise<void> => {
    const { linkId, network, password, passwordHash } = guess;
    const take = (limit: WindowLimit, holder: string) =>
      takeFromWindow(deps, { limit, holder, amount: 1, problem: PROBLEM });
    const ofClient = await take(OF_CLIENT, `${linkId} ${network}`);
    const ofLink = await take(OF_LINK, linkId).catch(async (refusal: unknown) => {
      // The limit of the link is exceeded, so the service does not check the password. This try must not count for the client.
      await ofClient.giveBack(deps.db, 1);
      throw refusal;
    });
    if (!(await verifyPassword(password, passwordHash))) {
      throw new DomainError("wrong_password", "The password is wrong. Ask the person who sent you the link for it.");
    }
    await ofClient.giveBack(deps.db, 1);
    await ofLink.giveBack(deps.db, 1);
  };
}
