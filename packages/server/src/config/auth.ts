import { readOidc } from "./oidc.ts";
import type { ConfigReader } from "./reader.ts";
import { MAKE_SECRET, readSecret } from "./secret-rules.ts";
import type { AuthConfig, DatabaseConfig, EmbeddedSecrets } from "./types.ts";

/** Accounts and tokens, without the secrets of embedded mode. */
export type AuthDraft = (secrets: () => EmbeddedSecrets) => AuthConfig;

export function readDatabase(reader: ConfigReader, options: { sqliteFile: string }): DatabaseConfig {
  const url = reader.text("DATABASE_URL");
  if (url === undefined) return { kind: "sqlite", file: options.sqliteFile };
  // The text leaves the value out, because it contains a password.
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    reader.fault(
      "DATABASE_URL",
      "is not a postgres:// or postgresql:// URL",
      "Write it as DATABASE_URL=postgres://user:password@host:5432/database (escape @, : and / in the password), or leave it out for SQLite.",
    );
  }
  return { kind: "postgres", url };
}

export function readAuth(reader: ConfigReader, options: { embedded: boolean }): AuthDraft {
  const secret = readSecret(reader, "AUTH_SECRET");
  if (secret === undefined && !options.embedded) {
    reader.fault(
      "AUTH_SECRET",
      "is missing: sessions are signed with it, and only with both the embedded bucket and SQLite is one made for you",
      MAKE_SECRET,
    );
  }
  const jwtSecret = readSecret(reader, "AUTH_JWT_SECRET");
  if (jwtSecret !== undefined && jwtSecret === secret) {
    reader.fault(
      "AUTH_JWT_SECRET",
      "is the same as AUTH_SECRET, so an issuer of tokens could forge sessions",
      "Give each a secret of its own.",
    );
  }
  const jwt = readJwt(reader, { hasSecret: jwtSecret !== undefined });
  const signUp = reader.choice("AUTH_SIGN_UP", { of: ["open", "closed"], fallback: "open" });
  const oidc = readOidc(reader);
  return (secrets) => ({
    secret: secret ?? secrets().authSecret,
    jwtSecret,
    ...jwt,
    signUp,
    oidc,
  });
}

function readJwt(reader: ConfigReader, { hasSecret }: { hasSecret: boolean }) {
  const jwksUrl = reader.text("AUTH_JWKS_URL");
  const issuer = reader.text("AUTH_JWT_ISSUER");
  const audience = reader.text("AUTH_JWT_AUDIENCE");
  if (jwksUrl !== undefined) checkJwksUrl(reader, { jwksUrl, audience });
  if (jwksUrl === undefined && !hasSecret && (issuer !== undefined || audience !== undefined)) {
    reader.warn(
      "AUTH_JWT_ISSUER or AUTH_JWT_AUDIENCE is set, but no AUTH_JWT_SECRET or AUTH_JWKS_URL: no token is accepted.",
    );
  }
  return { jwksUrl, issuer, audience };
}

function checkJwksUrl(reader: ConfigReader, { jwksUrl, audience }: { jwksUrl: string; audience: string | undefined }) {
  const protocol = URL.parse(jwksUrl)?.protocol;
  if (protocol !== "https:" && protocol !== "http:") {
    reader.fault(
      "AUTH_JWKS_URL",
      "is not an http or https URL",
      "Write it as AUTH_JWKS_URL=https://login.example.com/.well-known/jwks.json.",
    );
  }
  if (protocol === "http:") {
    reader.warn("AUTH_JWKS_URL is plain http: anyone on the network path can insert their own keys. Use https.");
  }
  if (audience === undefined) {
    reader.warn("AUTH_JWKS_URL is set without AUTH_JWT_AUDIENCE: tokens made for other applications are accepted too.");
  }
}
