import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import type { BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { DomainError } from "../../../platform/errors.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import { toIso } from "../../../platform/http/wire.ts";
import type { Passkey } from "../queries/factors.ts";
import { bodyOf, callerOf, DONE, ownerOf, type PluginDeps, POST, textOf } from "./library-request.ts";
import { checkName } from "./password-sign-up.ts";

/** The form of passkey ids and of the service's own ids. PostgreSQL can't store some texts of another form. */
const BASE64URL = /^[\w-]{1,2000}$/;

/** The endpoints for passkeys. A sign-in with a passkey needs no second factor. */
export function passkeys({ useCases, publicUrl, logChange }: PluginDeps): BetterAuthPlugin {
  const webAuthn = createWebAuthn(publicUrl);
  return {
    id: "passkeys",
    endpoints: {
      listPasskeys: createAuthEndpoint("/passkeys", { method: "GET" }, async (endpoint) =>
        endpoint.json({ passkeys: (await useCases.listPasskeys(await callerOf(endpoint))).map(present) }),
      ),
      startPasskey: createAuthEndpoint("/passkeys/start", POST, async (endpoint) => {
        const owner = await ownerOf(endpoint);
        const { code } = bodyOf(endpoint);
        const { email, ...start } = await useCases.startPasskey(owner, typeof code === "string" ? code : undefined);
        return endpoint.json(await webAuthn.creationOptions({ userId: owner.caller.userId, email }, start));
      }),
      addPasskey: createAuthEndpoint("/passkeys/add", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        const { userId } = caller;
        const { name, response } = bodyOf(endpoint);
        const label = checkName(name);
        const useChallenge = (challenge: string) => useCases.useChallenge(challenge, { userId });
        const credential = await webAuthn.verifyNew(response, useChallenge);
        const passkey = await useCases.addPasskey(caller, { ...credential, name: label });
        logChange("a passkey was added", { userId, cause: "settings" });
        return endpoint.json(present(passkey));
      }),
      renamePasskey: createAuthEndpoint("/passkeys/rename", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        const name = checkName(bodyOf(endpoint).name);
        return endpoint.json(present(await useCases.renamePasskey(caller, { id: idOf(endpoint), name })));
      }),
      removePasskey: createAuthEndpoint("/passkeys/remove", POST, async (endpoint) => {
        const caller = await callerOf(endpoint);
        const id = idOf(endpoint);
        await useCases.removePasskey(caller, id);
        logChange("a passkey was removed", { userId: caller.userId, cause: "settings" });
        return endpoint.json(DONE);
      }),
      startPasskeySignIn: createAuthEndpoint("/sign-in/passkey/start", POST, async (endpoint) =>
        endpoint.json(await webAuthn.requestOptions(await useCases.startPasskeySignIn())),
      ),
      signInWithPasskey: createAuthEndpoint("/sign-in/passkey", POST, async (endpoint) => {
        const { response } = bodyOf(endpoint);
        const { id } = Object(response) as { id?: unknown };
        const passkey = typeof id === "string" && BASE64URL.test(id) ? await useCases.findPasskey(id) : undefined;
        if (passkey === undefined) throw refused();
        const counter = await webAuthn.verifySignIn(response, passkey, useCases.useChallenge);
        const { internalAdapter } = endpoint.context;
        const session = await internalAdapter.createSession(passkey.userId);
        const user = await internalAdapter.findUserById(passkey.userId);
        if (user === null || !(await useCases.recordPasskeyUse(passkey, counter))) {
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

/** Loads the library at the first use of a passkey, because it has many modules, and many services never need it. */
const load = () => import("@simplewebauthn/server");

/**
 * The authenticator must verify its user, for example with a fingerprint, because a passkey replaces the password and the second factor.
 */
const SELECTION = { residentKey: "required", userVerification: "required" } as const;
const IPV4 = /^[\d.]+$/;

type UseChallenge = (challenge: string) => Promise<void>;

/** Creates the functions that register and verify passkeys for the service at this URL (Web Authentication Level 3). */
function createWebAuthn(publicUrl: string) {
  const { origin, hostname: rpID, protocol } = new URL(publicUrl);
  const isName = !IPV4.test(rpID) && !rpID.startsWith("[");
  const isOffered = isName && (protocol === "https:" || rpID === "localhost" || rpID.endsWith(".localhost"));

  function requireOffered(): void {
    if (isOffered) return;
    throw new HttpProblem("passkeys_unavailable", "Passkeys need HTTPS and a host name, or localhost.");
  }

  return {
    async creationOptions(
      user: { userId: string; email: string },
      { challenge, passkeys }: { challenge: string; passkeys: readonly Passkey[] },
    ): Promise<PublicKeyCredentialCreationOptionsJSON> {
      requireOffered();
      const { generateRegistrationOptions } = await load();
      return generateRegistrationOptions({
        rpName: rpID,
        rpID,
        userName: user.email,
        userID: new Uint8Array(Buffer.from(user.userId)),
        challenge: bytes(challenge),
        excludeCredentials: passkeys.map(({ credentialId: id, transports }) => ({ id, transports: [...transports] })),
        authenticatorSelection: SELECTION,
      });
    },

    /** Verifies a new passkey. Throws `passkey_refused`. */
    async verifyNew(response: unknown, useChallenge: UseChallenge) {
      requireOffered();
      const { verifyRegistrationResponse } = await load();
      const verified = await refusing(useChallenge, (expectedChallenge) =>
        verifyRegistrationResponse({
          response: response as RegistrationResponseJSON,
          expectedChallenge,
          expectedOrigin: origin,
          expectedRPID: rpID,
          requireUserVerification: true,
        }),
      );
      const credential = verified.registrationInfo?.credential;
      if (!verified.verified || credential === undefined) throw refused();
      const { id: credentialId, publicKey, counter, transports = [] } = credential;
      return { credentialId, publicKey: Buffer.from(publicKey).toString("base64url"), counter, transports };
    },

    async requestOptions(challenge: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
      requireOffered();
      const { generateAuthenticationOptions } = await load();
      // The browser offers all passkeys of the host. The options list no passkeys, so that they do not reveal which accounts have one.
      return generateAuthenticationOptions({ rpID, challenge: bytes(challenge), userVerification: "required" });
    },

    /** Verifies a sign-in with a passkey. Returns the new counter of the authenticator. Throws `passkey_refused`. */
    async verifySignIn(response: unknown, passkey: Passkey, useChallenge: UseChallenge): Promise<number> {
      requireOffered();
      const { verifyAuthenticationResponse } = await load();
      const { credentialId: id, publicKey, counter } = passkey;
      const verified = await refusing(useChallenge, (expectedChallenge) =>
        verifyAuthenticationResponse({
          response: response as AuthenticationResponseJSON,
          expectedChallenge,
          expectedOrigin: origin,
          expectedRPID: rpID,
          credential: { id, publicKey: bytes(publicKey), counter },
          requireUserVerification: true,
        }),
      );
      if (!verified.verified) throw refused();
      return verified.authenticationInfo.newCounter;
    },
  };
}

/** Runs a verification. Converts the errors of the library to `passkey_refused`, because they contain values of the request. */
async function refusing<T>(
  useChallenge: UseChallenge,
  verify: (expectedChallenge: (challenge: string) => Promise<boolean>) => Promise<T>,
): Promise<T> {
  let failure: unknown;
  const expected = async (challenge: string) => {
    try {
      await useChallenge(challenge);
      return true;
    } catch (error) {
      failure = error;
      return false;
    }
  };
  return verify(expected).catch((cause: unknown) => {
    const isRefusal =
      failure === undefined || (failure instanceof DomainError && failure.code === "account_link_invalid");
    // Any other failure comes from the database.
    throw isRefusal ? refused(cause) : failure;
  });
}

export function refused(cause?: unknown): HttpProblem {
  return new HttpProblem("passkey_refused", "This passkey was not accepted. Try again, or use the password.", {
    cause,
  });
}

function bytes(text: string) {
  return new Uint8Array(Buffer.from(text, "base64url"));
}
