import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { toIso } from "../../../platform/http/wire.ts";
import type { AccountVerbs } from "../index.ts";
import type { Passkey } from "../own/passkey.ts";
import { checkName } from "./account-creation.ts";
import type { LogAccountChange } from "./account-links.ts";
import { bodyOf, callerOf, DONE, ownerOf, POST, textOf } from "./endpoint.ts";
import { createWebAuthn, refused } from "./webauthn.ts";

export type Passkeys = Pick<
  AccountVerbs,
  | "listPasskeys"
  | "startPasskey"
  | "addPasskey"
  | "removePasskey"
  | "renamePasskey"
  | "startPasskeySignIn"
  | "useChallenge"
  | "findPasskey"
  | "recordPasskeyUse"
>;

/** The form of passkey ids, and of the ids of this service. Any other text may contain characters that PostgreSQL can't store. */
const BASE64URL = /^[\w-]{1,2000}$/;

type Options = { safety: Passkeys; publicUrl: string; logChange: LogAccountChange };

/** The endpoints for passkeys. A sign-in with a passkey needs no second factor. Each endpoint throws the errors of its use case. */
export function passkeys({ safety, publicUrl, logChange }: Options): BetterAuthPlugin {
  const webAuthn = createWebAuthn(publicUrl);
  return {
    id: "passkeys",
    endpoints: {
      listPasskeys: createAuthEndpoint("/passkeys", { method: "GET" }, async (endpoint) =>
        endpoint.json({ passkeys: (await safety.listPasskeys(await callerOf(endpoint))).map(present) }),
      ),
      startPasskey: createAuthEndpoint("/passkeys/start", POST, async (endpoint) => {
        const owner = await ownerOf(endpoint);
        const { code } = bodyOf(endpoint);
        const { email, ...start } = await safety.startPasskey(owner, typeof code === "string" ? code : undefined);
        return endpoint.json(await webAuthn.creationOptions({ userId: owner.caller.userId, email }, start));
      }),
      addPasskey: createAuthEndpoint("/passkeys/add", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        const { userId } = caller;
        const { name, response } = bodyOf(endpoint);
        const label = checkName(name);
        const useChallenge = (challenge: string) => safety.useChallenge(challenge, { userId });
        const credential = await webAuthn.verifyNew(response, useChallenge);
        const passkey = await safety.addPasskey(caller, { ...credential, name: label });
        logChange("a passkey was added", { userId, cause: "settings" });
        return endpoint.json(present(passkey));
      }),
      renamePasskey: createAuthEndpoint("/passkeys/rename", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        const name = checkName(bodyOf(endpoint).name);
        return endpoint.json(present(await safety.renamePasskey(caller, { id: idOf(endpoint), name })));
      }),
      removePasskey: createAuthEndpoint("/passkeys/remove", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        const id = idOf(endpoint);
        await safety.removePasskey(caller, id);
        logChange("a passkey was removed", { userId: caller.userId, cause: "settings" });
        return endpoint.json(DONE);
      }),
      startPasskeySignIn: createAuthEndpoint("/sign-in/passkey/start", POST, async (endpoint) =>
        endpoint.json(await webAuthn.requestOptions(await safety.startPasskeySignIn())),
      ),
      signInWithPasskey: createAuthEndpoint("/sign-in/passkey", POST, async (endpoint) => {
        const { response } = bodyOf(endpoint);
        const { id } = Object(response) as { id?: unknown };
        const passkey = typeof id === "string" && BASE64URL.test(id) ? await safety.findPasskey(id) : undefined;
        if (passkey === undefined) throw refused();
        const counter = await webAuthn.verifySignIn(response, passkey, safety.useChallenge);
        const { internalAdapter } = endpoint.context;
        const session = await internalAdapter.createSession(passkey.userId);
        const user = await internalAdapter.findUserById(passkey.userId);
        if (user === null || !(await safety.recordPasskeyUse(passkey, counter))) {
          await internalAdapter.deleteSession(session.token);
          throw refused();
        }
        await setSessionCookie(endpoint, { session, user });
        return endpoint.json({ token: null, user });
      }),
    },
  };
}

function idOf(endpoint: { body?: unknown }): string {
  const id = textOf(endpoint, "id");
  if (BASE64URL.test(id)) return id;
  throw new HttpProblem("passkey_not_found", "Passkey not found");
}

function present({ id, name, createdAt, lastUsedAt }: Passkey) {
  return { id, name, createdAt: toIso(createdAt), lastUsedAt: lastUsedAt === undefined ? null : toIso(lastUsedAt) };
}
