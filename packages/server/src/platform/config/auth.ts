import { type ConfigReader, isLocalHost } from "./reader.ts";
import type { Setting } from "./settings.ts";
import type { EmbeddedSecrets } from "./stored-secrets.ts";

export type AuthConfig = ReturnType<ReturnType<typeof readAuth>>;

const MIN_SECRET_BYTES = 32;
const MIN_DISTINCT_CHARACTERS = 10;

// Matches secrets from examples, tutorials and libraries. A person who knows a published secret could forge a session.
const KNOWN_DEFAULTS =
  /change.{0,3}(?:me|this)|replace.{0,3}(?:me|this)|(?:your|my|super|default|the|a).{0,10}secret|better-auth-secret|example|^(?:secret|password|passwd|admin|test)/i;

/** Says how to make a secret, with openssl or with Node.js. */
const MAKE_SECRET =
  "Make one with: openssl rand -base64 32, or: node -e \"console.log(crypto.randomBytes(32).toString('base64'))\"";

/**
 * Returns a function that completes the configuration of accounts and tokens. The function calls `secrets` only if the service must
 * generate a secret.
 */
export function readAuth(reader: ConfigReader, options: { embedded: boolean; hasMail: boolean }) {
  const secret = readSecret(reader, "AUTH_SECRET");
  const oldSecrets = readOldSecrets(reader, secret);
  if (secret === undefined && !options.embedded) {
    reader.fault(
      "AUTH_SECRET",
      "is missing: sessions are signed with it, and only with both the built-in bucket and SQLite is one made for you",
      MAKE_SECRET,
    );
  }
  const jwtSecret = readSecret(reader, "AUTH_JWT_SECRET");
  if (jwtSecret !== undefined && [secret, ...oldSecrets].includes(jwtSecret)) {
    reader.fault(
      "AUTH_JWT_SECRET",
      "is the same as AUTH_SECRET or an earlier one, so an issuer of tokens could forge sessions or links",
      "Give each a secret of its own.",
    );
  }
  const jwt = readJwt(reader, { hasSecret: jwtSecret !== undefined });
  const oidc = readOidc(reader);
  // If an issuer of JWTs or an identity provider is configured, people have accounts in another system. By default, sign-up is then closed,
  // because a stranger could sign up with the email address of a person from that system.
  const hasIssuer = jwtSecret !== undefined || jwt.jwksUrl !== undefined || oidc !== undefined;
  const signUp = reader.read("AUTH_SIGN_UP", hasIssuer ? "closed" : "open");
  // The default is false without mail, because people then cannot prove their email addresses.
  const requiresVerifiedEmail = reader.read("AUTH_REQUIRE_VERIFIED_EMAIL", options.hasMail);
  return (secrets: () => EmbeddedSecrets) => ({
    secret: secret ?? secrets().authSecret,
    /**
     * The earlier values of `secret`. The service still accepts and decrypts data that these values protect, such as the tokens of links.
     */
    oldSecrets,
    jwtSecret,
    ...jwt,
    signUp,
    /** Whether a share with an email address gives access only to a person who has proven this email address. */
    requiresVerifiedEmail,
    oidc,
  });
}

function readJwt(reader: ConfigReader, { hasSecret }: { hasSecret: boolean }) {
  const jwksUrl = reader.read("AUTH_JWKS_URL");
  const issuer = reader.read("AUTH_JWT_ISSUER");
  const audience = reader.read("AUTH_JWT_AUDIENCE");
  if (jwksUrl?.startsWith("http:")) {
    reader.warn("AUTH_JWKS_URL is plain http: anyone on the network path can insert their own keys. Use https.");
  }
  if (jwksUrl !== undefined && audience === undefined) {
    reader.warn("AUTH_JWKS_URL is set without AUTH_JWT_AUDIENCE: tokens made for other applications are accepted too.");
  }
  if (jwksUrl === undefined && !hasSecret && (issuer !== undefined || audience !== undefined)) {
    reader.warn(
      "AUTH_JWT_ISSUER or AUTH_JWT_AUDIENCE is set, but no AUTH_JWT_SECRET or AUTH_JWKS_URL: no token is accepted.",
    );
  }
  const jwtUserClaim = reader.read("AUTH_JWT_USER_CLAIM") ?? "sub";
  const jwtRequiresExpiry = reader.read("AUTH_JWT_REQUIRE_EXPIRY");
  if (!jwtRequiresExpiry) {
    reader.warn(
      "AUTH_JWT_REQUIRE_EXPIRY is false: a stolen token without an expiry works until you change its secret. Issue tokens with `exp`, then remove this setting.",
    );
  }
  return {
    jwksUrl,
    issuer,
    audience,
    jwtUserClaim,
    /** Whether a JWT must have an expiry. */
    jwtRequiresExpiry,
  };
}

/**
 * Reads a signing secret of at least 32 bytes, the length of an HS256 key (RFC 7518 section 3.2). Returns undefined if the secret is not
 * set. Reports a fault if the secret is too short, easy to guess or a known default. No error text contains the secret
 * (docs/security-requirements.md, 29).
 */
function readSecret(reader: ConfigReader, name: Setting): string | undefined {
  const secret = reader.text(name);
  if (secret !== undefined) checkSecret(reader, { name, secret });
  return secret;
}

/** Reads the earlier values of AUTH_SECRET, which are separated by spaces. */
function readOldSecrets(reader: ConfigReader, current: string | undefined): string[] {
  const name = "AUTH_SECRETS_OLD";
  const secrets = reader.text(name)?.split(/\s+/) ?? [];
  for (const secret of secrets) checkSecret(reader, { name, secret });
  if (current !== undefined && secrets.includes(current)) {
    reader.fault(name, "contains the current AUTH_SECRET", "List only earlier secrets.");
  }
  return secrets;
}

function checkSecret(reader: ConfigReader, { name, secret }: { name: string; secret: string }): void {
  const bytes = Buffer.byteLength(secret);
  if (KNOWN_DEFAULTS.test(secret)) {
    reader.fault(name, "is a known default or an example's text, which anyone can guess", MAKE_SECRET);
  } else if (bytes < MIN_SECRET_BYTES) {
    reader.fault(name, `is too short: ${bytes} bytes, at least ${MIN_SECRET_BYTES} are needed`, MAKE_SECRET);
  } else if (new Set(secret).size < MIN_DISTINCT_CHARACTERS) {
    reader.fault(name, "repeats a few characters, which is easy to guess", MAKE_SECRET);
  }
}

/** Reads the settings of the identity provider. Returns undefined if no identity provider is configured. */
function readOidc(reader: ConfigReader) {
  const name = reader.read("AUTH_OIDC_NAME");
  const needed = ["AUTH_OIDC_ISSUER", "AUTH_OIDC_CLIENT_ID", "AUTH_OIDC_CLIENT_SECRET"] as const;
  if (!reader.hasAll(needed, { of: "the identity provider" })) {
    if (name !== undefined)
      reader.warn("AUTH_OIDC_NAME is set without AUTH_OIDC_ISSUER: there is no provider to name.");
    return undefined;
  }
  const [issuer, clientId, clientSecret] = needed.map((each) => reader.read(each));
  if (issuer !== undefined) checkIssuer(reader, issuer);
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return {
    /** The issuer in the discovery document of the identity provider, without trailing slashes. */
    issuer,
    clientId,
    clientSecret,
    /** The text on the sign-in button for the identity provider. */
    name: name ?? URL.parse(issuer)?.host ?? issuer,
  };
}

function checkIssuer(reader: ConfigReader, issuer: string): void {
  const url = URL.parse(issuer);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLocalHost(url.hostname));
  if (isSafe && url.username === "" && url.password === "" && !/[?#]/.test(issuer)) return;
  // The fault does not quote the value, which may contain a password.
  reader.fault(
    "AUTH_OIDC_ISSUER",
    "is not an https URL without user name, query and fragment (http only on localhost)",
    "Write it as the provider does, AUTH_OIDC_ISSUER=https://login.example.com: what comes before /.well-known/openid-configuration.",
  );
}
