import type { FastifyReply, FastifyRequest } from "fastify";
import { networkOf } from "../../../platform/http/client-address.ts";
import { goneSignal } from "../../../platform/http/wire.ts";
import type { LinkVerbs } from "../../links/index.ts";
import type { AccountVerbs } from "../index.ts";
import { PASSWORD_AGAIN } from "./password-guess-hooks.ts";

/** The routes that hash a password. Their requests take turns. */
const HASHES: ReadonlySet<string> = new Set(["/sign-in/email", "/sign-up/email", "/reset-password", ...PASSWORD_AGAIN]);
/** The routes that a stranger could use to guess. */
const ATTEMPTS: ReadonlySet<string> = new Set([
  ...HASHES,
  "/sign-in/oidc",
  "/sign-in/passkey",
  "/sign-in/passkey/start",
  "/second-factor/confirm",
  "/request-password-reset",
  "/check-password-reset",
]);
/** There is no limit on reading the session. Pages read the session often, and a limit would need a durable write for each read. */
const UNLIMITED = "/get-session";

export type RequestLimits = ReturnType<typeof createRequestLimits>;

/**
 * Creates the limits for the account routes. The service refuses a request over a limit before it reads the body, and before it calls the
 * accounts library.
 */
export function createRequestLimits({
  limitAccountRequests,
  hashTurns,
}: Pick<AccountVerbs & LinkVerbs, "limitAccountRequests" | "hashTurns">) {
  return {
    /** Counts a request at an account route. Throws `rate_limited` if the network of the client has sent too many requests. */
    async count({ clientAddress }: FastifyRequest, path: string): Promise<void> {
      if (path === UNLIMITED) return;
      await limitAccountRequests(ATTEMPTS.has(path) ? "attempt" : "other", { network: networkOf(clientAddress), path });
    },
    /**
     * Handles a request, first waiting for the turn of its network if the request hashes a password. A waiting request makes no query and
     * uses no memory for a hash. Throws `rate_limited` if too many requests of the network wait.
     */
    handle<T>({ request, reply, path }: Exchange, work: () => Promise<T>): Promise<T> {
      if (!HASHES.has(path)) return work();
      const holder = `ip ${networkOf(request.clientAddress)}`;
      return hashTurns.run({ holder, signal: goneSignal(reply) }, work);
    },
  };
}

type Exchange = { request: FastifyRequest; reply: FastifyReply; path: string };
