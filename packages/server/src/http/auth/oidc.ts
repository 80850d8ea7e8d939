import type { BetterAuthPlugin } from "better-auth";
import { genericOAuth } from "better-auth/plugins";
import { decodeJwt } from "jose";
import { HttpProblem } from "../problem.ts";
import { readEmail } from "./account-creation.ts";
import { MAX_NAME_LENGTH, plainText } from "./identity.ts";

/** The last part of the address that the provider sends people back to. */
export const PROVIDER_ID = "oidc";
const TIMEOUT_MS = 10_000;

/** An OpenID provider that people sign in with. */
export type OidcProvider = { issuer: string; clientId: string; clientSecret: string; name: string };

export type OidcOptions = {
  provider: OidcProvider;
  /** Opens an instance of the library with the plugin. */
  open(plugin: BetterAuthPlugin): { handler(request: Request): Promise<Response> };
  /** Made for each request: aborts when the provider has taken too long. Default: after 10,000 milliseconds. */
  deadline?: (() => AbortSignal) | undefined;
};

/** Takes requests to the library's routes of the provider. Rejects with `identity_provider_unavailable` when it can't be reached. */
export type Oidc = { handle(request: Request): Promise<Response> };

/**
 * The library on its own instance, opened when someone first signs in with the provider: whether that one can be reached is nothing that
 * starting, or signing in with a password, should wait for.
 */
export function createOidc({ provider, open, deadline = () => AbortSignal.timeout(TIMEOUT_MS) }: OidcOptions): Oidc {
  let opening: Promise<ReturnType<OidcOptions["open"]>> | undefined;

  async function opened() {
    return open(pluginOf(provider, await discover(provider, deadline())));
  }

  return {
    async handle(request) {
      opening ??= opened().catch((error) => {
        opening = undefined;
        throw error;
      });
      const { handler } = await opening;
      return before(deadline(), handler(request));
    },
  };
}

type Metadata = { issuer: string; authMethods: readonly unknown[] };

/** Reads what the provider says of itself, and holds it to what is configured (OpenID Connect Discovery 1.0, section 4.3). */
async function discover({ issuer }: OidcProvider, signal: AbortSignal): Promise<Metadata> {
  const document = await readDocument(discoveryUrl(issuer), signal);
  const found = document.issuer;
  if (typeof found !== "string" || withoutSlashes(found) !== withoutSlashes(issuer)) {
    throw unavailable("The identity provider calls itself otherwise than AUTH_OIDC_ISSUER.");
  }
  const { protocol } = new URL(issuer);
  for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"]) {
    const endpoint = document[name];
    if (typeof endpoint === "string" && URL.parse(endpoint)?.protocol === protocol) continue;
    throw unavailable(`The identity provider names no ${name} that is as safe as AUTH_OIDC_ISSUER.`);
  }
  const methods = document.token_endpoint_auth_methods_supported;
  return { issuer: found, authMethods: Array.isArray(methods) ? methods : [] };
}

async function readDocument(url: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`The identity provider answered ${response.status}.`);
    return Object(await response.json());
  } catch (cause) {
    throw unavailable("The identity provider can't be reached; try again in a moment.", cause);
  }
}

function pluginOf({ issuer, clientId, clientSecret, name }: OidcProvider, metadata: Metadata): BetterAuthPlugin {
  const { authMethods } = metadata;
  const takesOnlyPost = authMethods.length > 0 && !authMethods.includes("client_secret_basic");
  return genericOAuth({
    config: [
      {
        providerId: PROVIDER_ID,
        name,
        clientId,
        clientSecret,
        discoveryUrl: discoveryUrl(issuer),
        requireIdTokenVerification: true,
        authentication: takesOnlyPost ? "post" : "basic",
        scopes: ["openid", "email", "profile"],
        pkce: true,
        mapProfileToUser: userOf,
        // With the issuer: should there be another one some day, its subjects are other people.
        accountSubject({ tokens }) {
          if (tokens.idToken === undefined) throw new Error("The identity provider sent no ID token.");
          return `${metadata.issuer} ${decodeJwt(tokens.idToken).sub}`;
        },
      },
    ],
  });
}

/**
 * The account that a profile makes. Its address becomes the one that people share with: only a provider that says it is verified is
 * believed, and silence is no such word (some let their users write any address). Throws `email_not_verified`.
 */
function userOf(profile: Readonly<Record<string, unknown>>) {
  const email = readEmail(profile.email);
  const isVerified = profile.email_verified === true || profile.email_verified === "true";
  if (email === undefined || !isVerified) {
    throw new HttpProblem("email_not_verified", "The identity provider doesn't vouch for an e-mail address.");
  }
  const name = typeof profile.name === "string" ? profile.name.trim() : undefined;
  return {
    email,
    emailVerified: true,
    name: plainText(name, MAX_NAME_LENGTH) ?? email.split("@", 1)[0] ?? email,
    // Showing it would tell its host who looks at what.
    image: undefined,
  };
}

async function before<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const refuse = () => reject(unavailable("The identity provider takes too long; try again in a moment."));
  signal.addEventListener("abort", refuse);
  try {
    return await Promise.race([answer, late]);
  } finally {
    signal.removeEventListener("abort", refuse);
  }
}

function discoveryUrl(issuer: string): string {
  return `${withoutSlashes(issuer)}/.well-known/openid-configuration`;
}

function withoutSlashes(url: string): string {
  return url.replace(/\/+$/, "");
}

function unavailable(message: string, cause?: unknown): HttpProblem {
  return new HttpProblem("identity_provider_unavailable", message, { cause });
}
