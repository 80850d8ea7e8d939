import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server";
import { DomainError } from "../../../platform/errors.ts";
import { HttpProblem } from "../../../platform/http/problem.ts";
import type { Passkey } from "../own/passkey.ts";

/** Loads the library at the first use of a passkey. The library has many modules, and many services never need it. */
const load = () => import("@simplewebauthn/server");

/** A passkey replaces both the password and the second factor. So the authenticator must verify its user, for example by a fingerprint. */
const SELECTION = { residentKey: "required", userVerification: "required" } as const;
const IPV4 = /^[\d.]+$/;

type UseChallenge = (challenge: string) => Promise<void>;

/** Creates the functions that register and verify passkeys for the service at this URL (Web Authentication Level 3). */
export function createWebAuthn(publicUrl: string) {
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
      // The options contain no list of passkeys. So the browser offers all passkeys of this host, and nobody learns which accounts have a
      // passkey.
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

/**
 * Runs a verification. Converts the errors of the library to `passkey_refused`, because these errors have no code, and contain values from
 * the request.
 */
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
    // Any other failure means that the database can't be reached.
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
