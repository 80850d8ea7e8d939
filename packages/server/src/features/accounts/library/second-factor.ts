import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { bodyOf, callerOf, DONE, hook, ownerOf, type PluginDeps, POST, textOf } from "./library-request.ts";

const SIGN_IN = "/sign-in/email";
/** The endpoints whose new sessions need no code. A passkey counts as both factors, and a password change already needs a session. */
const NEEDS_NO_CODE: ReadonlySet<string | undefined> = new Set(["/sign-in/passkey", "/change-password"]);

/** The members of a sign-in besides email address and password. `keepsAccount`: the sign-in cancels the account's deletion. */
export type SignInExtras = { code: string | undefined; keepsAccount: boolean };

/** Passes `code` and `keepsAccount` of a sign-in to the hooks, because the library drops unknown members of the body. */
export function createSignInExtras() {
  const extras = new WeakMap<Request, SignInExtras>();
  const plugin: BetterAuthPlugin = {
    id: "sign-in-extras",
    hooks: {
      before: hook(
        ({ path }) => path === SIGN_IN,
        async (endpoint) => {
          const { code, keepAccount } = bodyOf(endpoint);
          if (endpoint.request === undefined) return;
          const sent = { code: typeof code === "string" ? code : undefined, keepsAccount: keepAccount === true };
          extras.set(endpoint.request, sent);
        },
      ),
    },
  };
  return {
    plugin,
    /** Returns undefined if the new session needs no second factor. */
    of(endpoint: { path?: string; request?: Request | undefined } | null | undefined): SignInExtras | undefined {
      if (NEEDS_NO_CODE.has(endpoint?.path)) return undefined;
      return (endpoint?.request && extras.get(endpoint.request)) ?? { code: undefined, keepsAccount: false };
    },
  };
}

/** The endpoints that turn the second factor on and off. */
export function secondFactor({ useCases, publicUrl, logChange }: PluginDeps): BetterAuthPlugin {
  const issuer = new URL(publicUrl).host;
  return {
    id: "second-factor",
    endpoints: {
      getSecondFactor: createAuthEndpoint("/second-factor", { method: "GET" }, async (endpoint) =>
        endpoint.json(await useCases.getSecondFactor(await callerOf(endpoint))),
      ),
      startSecondFactor: createAuthEndpoint("/second-factor/start", POST, async (endpoint) =>
        endpoint.json(await useCases.startSecondFactor(await ownerOf(endpoint), { issuer })),
      ),
      confirmSecondFactor: createAuthEndpoint("/second-factor/confirm", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        const recoveryCodes = await useCases.confirmSecondFactor(caller, textOf(endpoint, "code"));
        logChange("the second factor was turned on", { userId: caller.userId, cause: "settings" });
        return endpoint.json({ recoveryCodes });
      }),
      removeSecondFactor: createAuthEndpoint("/second-factor/remove", POST, async (endpoint) => {
        const owner = await ownerOf(endpoint);
        await useCases.removeSecondFactor(owner);
        logChange("the second factor was turned off", { userId: owner.caller.userId, cause: "settings" });
        return endpoint.json(DONE);
      }),
      renewRecoveryCodes: createAuthEndpoint("/second-factor/recovery-codes", POST, async (endpoint) =>
        endpoint.json({ recoveryCodes: await useCases.renewRecoveryCodes(await ownerOf(endpoint)) }),
      ),
    },
  };
}
