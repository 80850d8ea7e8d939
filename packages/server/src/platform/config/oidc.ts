import type { ConfigReader } from "./reader.ts";
import type { OidcConfig } from "./types.ts";

const NEEDED = ["AUTH_OIDC_ISSUER", "AUTH_OIDC_CLIENT_ID", "AUTH_OIDC_CLIENT_SECRET"] as const;
const LOCAL_HOSTS = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** The maximum length of the name of the provider, which the sign-in page shows on a button. */
const MAX_NAME_LENGTH = 60;

/** Reads the identity provider for the sign-in. Returns undefined if there is no provider. */
export function readOidc(reader: ConfigReader): OidcConfig | undefined {
  const [issuer, clientId, clientSecret] = NEEDED.map((name) => reader.text(name));
  const name = readName(reader);
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) {
    if (name !== undefined)
      reader.warn("AUTH_OIDC_NAME is set without AUTH_OIDC_ISSUER: there is no provider to name.");
    return undefined;
  }
  for (const missing of NEEDED.filter((each) => reader.text(each) === undefined)) {
    reader.fault(
      missing,
      "is missing, though another part of the identity provider is set",
      `Set ${NEEDED.join(", ")} together, or none of them.`,
    );
  }
  if (issuer !== undefined) checkIssuer(reader, issuer);
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { issuer, clientId, clientSecret, name: name ?? URL.parse(issuer)?.host ?? issuer };
}

function checkIssuer(reader: ConfigReader, issuer: string): void {
  const url = URL.parse(issuer);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && LOCAL_HOSTS.has(url.hostname));
  if (isSafe && url.username === "" && url.password === "" && !/[?#]/.test(issuer)) return;
  // The text omits the value, because the value may contain a password.
  reader.fault(
    "AUTH_OIDC_ISSUER",
    "is not an https URL without user name, query and fragment (http only on localhost)",
    "Write it as the provider does, AUTH_OIDC_ISSUER=https://login.example.com: what comes before /.well-known/openid-configuration.",
  );
}

function readName(reader: ConfigReader): string | undefined {
  const name = reader.text("AUTH_OIDC_NAME");
  if (name !== undefined && (name.length > MAX_NAME_LENGTH || /\p{Cc}/u.test(name))) {
    reader.fault(
      "AUTH_OIDC_NAME",
      `has more than ${MAX_NAME_LENGTH} characters, or control characters`,
      "Set AUTH_OIDC_NAME=Example, or leave it out for the issuer's host.",
    );
  }
  return name;
}
