import type { Deps } from "../../platform/deps.ts";
import { effectiveExpiry } from "../links/link.ts";
import { type Admit, linkNotFound, linkPolicy, type Visit as Request } from "../links/visitor/admit.ts";
import { newPass, type Pass } from "../links/visitor/pass.ts";
import type { Visit } from "./visitor-uploads.ts";

/**
 * Admits a visitor who sends files to a file request. Returns a `pass` (the content of the visitor's cookie) that is valid until the
 * current expiry of the link.
 * Throws `link_not_found`, and `wrong_password` if the visitor has not entered the password yet.
 */
export function admitSender(deps: Deps, { admit }: { admit: Admit }) {
  return async (token: string, { sealedPass }: Pick<Request, "sealedPass">): Promise<{ visit: Visit; pass: Pass }> => {
    const admitted = await admit(token, { sealedPass, wish: { kind: "send" } });
    if (admitted.state === "locked") throw linkNotFound();
    const { link } = admitted;
    const expiresAt = effectiveExpiry(link, linkPolicy(deps));
    const pass = newPass(admitted, { newId: deps.newId, now: deps.clock(), expiresAt });
    return { visit: { link, visitorId: pass.visitorId }, pass };
  };
}
