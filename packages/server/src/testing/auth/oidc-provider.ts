import { once } from "node:events";
import { createServer } from "node:http";
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from "jose";
import { Provider } from "oidc-provider";

export const CLIENT = { clientId: "valet-key", clientSecret: "oidc-Zt3vQ8mN1kR7-of-the-tests" };

export type Claims = Record<string, unknown> & { sub: string };

type TokenAnswer = { id_token?: string; access_token?: string };

const generateKeys = () => generateKeyPair("RS256", { extractable: true });
/** By default, all providers of a process share one key, because the creation of a key takes longer than most tests of sign-ins. */
let sharedKeys: ReturnType<typeof generateKeys> | undefined;

function shareKeys() {
  sharedKeys ??= generateKeys();
  return sharedKeys;
}

/** Starts a real OpenID provider in the test process. It signs in the chosen user without a sign-in page. */
export async function startOidcProvider(options: {
  redirectUri: string;
  /** The host of the identity provider. A browser treats 127.0.0.1 and localhost as two different sites. Default: localhost. */
  host?: "localhost" | "127.0.0.1";
  /** Whether the ID token contains the claims. If false, only /userinfo returns the claims. Default: true. */
  areClaimsInIdToken?: boolean;
  authMethod?: "client_secret_basic" | "client_secret_post";
  /** Whether the identity provider has its own key, which the second provider of a test needs. Default: false. */
  hasOwnKey?: boolean;
}) {
  const { redirectUri, host = "localhost", areClaimsInIdToken = true, authMethod = "client_secret_basic" } = options;
  const { hasOwnKey = false } = options;
  let claims: Claims = { sub: "1" };
  let refuses = false;
  let isDown = false;
  let tamper: (answer: TokenAnswer) => unknown = (answer) => answer;
  let discovery: (document: Record<string, unknown>) => unknown = (document) => document;
  const known = new Map<string, Claims>();
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  const issuer = `http://${host}:${port}`;
  const { privateKey } = await (hasOwnKey ? generateKeys() : shareKeys());
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,

        redirect_uris: [redirectUri],
        token_endpoint_auth_method: authMethod,
      },
    ],
    clientAuthMethods: [authMethod],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig" }] },
    cookies: { keys: ["only for tests"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "picture"] },
    conformIdTokenClaims: !areClaimsInIdToken,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => known.get(sub) ?? { sub } }),
    async loadExistingGrant({ oidc }) {
      const accountId = oidc.session?.accountId;
      const grant = new provider.Grant({ clientId: CLIENT.clientId, ...(accountId && { accountId }) });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === "/token" && ctx.status === 200) ctx.body = await tamper(ctx.body as TokenAnswer);
    if (ctx.path === "/.well-known/openid-configuration") ctx.body = discovery(ctx.body as Record<string, unknown>);
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (isDown) return response.destroy();
    if (!request.url?.startsWith("/interaction/")) return answer(request, response);
    known.set(claims.sub, claims);
    const result = refuses ? { error: "access_denied" } : { login: { accountId: claims.sub } };
    await provider.interactionFinished(request, response, result);
  });

  /** Follows the redirects of the provider, and returns the callback URL. */
  async function visit(url: string): Promise<URL> {
    const jar = new Map<string, string>();
    let next = new URL(url);
    while (next.origin === issuer) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(next, { redirect: "manual", headers: { cookie } });
      for (const set of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        jar.set(name, value);
      }
      const location = response.headers.get("location");
      if (location === null)
        throw new Error(`The provider responded with ${response.status}: ${await response.text()}`);
      next = new URL(location, next);
    }
    return next;
  }

  return {
    issuer,
    config: { issuer, ...CLIENT, name: "Example" },
    visit,
    setPerson(person: Claims) {
      claims = person;
    },
    /** Sets whether the provider refuses the next sign-in. */
    setRefusing(isRefusing: boolean) {
      refuses = isRefusing;
    },
    /** Sets whether the provider immediately closes every connection. */
    setDown(down: boolean) {
      isDown = down;
    },
    /** Changes the responses of the token endpoint. */
    setTamper(change: typeof tamper) {
      tamper = change;
    },
    /** Replaces claims of each ID token, and signs the token again. */
    setIdTokenClaims(replaced: Record<string, unknown>) {
      tamper = async (answer) => {
        const token = answer.id_token ?? "";
        const { alg = "RS256", ...header } = decodeProtectedHeader(token);
        const changed = new SignJWT({ ...decodeJwt(token), ...replaced }).setProtectedHeader({ ...header, alg });
        return { ...answer, id_token: await changed.sign(privateKey) };
      };
    },
    setDiscovery(change: typeof discovery) {
      discovery = change;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
