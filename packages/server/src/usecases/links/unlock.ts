import { DomainError } from "../../domain/errors.ts";
import { effectiveExpiry } from "../../domain/link.ts";
import { takeFromWindow, type WindowLimit } from "../limit-windows.ts";
import type { Deps } from "../ports/index.ts";
import { type Admit, linkPolicy } from "./admit.ts";
import type { Visitor } from "./claim.ts";
import { countOpened } from "./look.ts";
import { newPass, type Pass } from "./pass.ts";
import { verifyPassword } from "./password.ts";

const WINDOW_MS = 15 * 60_000;
const OF_CLIENT: WindowLimit = { name: "link password of client", max: 10, windowMs: WINDOW_MS };
/** Many clients together. A visitor who has unlocked the link is not affected. */
const OF_LINK: WindowLimit = { name: "link password", max: 100, windowMs: WINDOW_MS };
const PROBLEM = "Too many wrong passwords for this link. Wait until Retry-After has passed, then try again.";

/**
 * Checks the password of a link, and returns a pass for it. Each try is counted before it is checked, so that parallel guesses can't
 * exceed the limit. Throws `link_not_found`, `wrong_password` and `rate_limited`.
 */
export function unlockLink(deps: Deps, { admit }: { admit: Admit }) {
  const { db, clock, newId } = deps;
  return async (token: string, { sealedPass, ip, password }: Visitor & { password: string }): Promise<Pass> => {
    const admitted = await admit(token, { sealedPass, wish: { kind: "look" } });
    const { link } = admitted;
    if (admitted.state === "locked" && link.passwordHash !== undefined) {
      const take = (limit: WindowLimit, holder: string) =>
        takeFromWindow(deps, { limit, holder, amount: 1, problem: PROBLEM });
      const ofClient = await take(OF_CLIENT, `${link.id} ${ip}`);
      const ofLink = await take(OF_LINK, link.id);
      if (!(await verifyPassword(password, link.passwordHash))) {
        throw new DomainError("wrong_password", "The password is wrong. Ask the person who sent you the link for it.");
      }
      await ofClient.giveBack(db, 1);
      await ofLink.giveBack(db, 1);
    }
    const pass = newPass(admitted, { newId, now: clock(), expiresAt: effectiveExpiry(link, linkPolicy(deps)) });
    if (admitted.pass === undefined) await db.transaction((tx) => countOpened(deps, { tx, link, pass }));
    return pass;
  };
}
