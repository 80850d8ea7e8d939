import { distance } from "fastest-levenshtein";
import type { ConfigReader } from "./reader.ts";
import { SECRETS, SETTING_NAMES, type Setting } from "./settings.ts";

/**
 * For some settings, the names of variables of other programs that mean the same. An operator may set the wrong one by mistake.
 */
const OTHER_NAMES: Partial<Record<Setting, string>> = {
  AWS_BUCKET_NAME: "AWS_BUCKET AWS_S3_BUCKET AWS_S3_BUCKET_NAME S3_BUCKET S3_BUCKET_NAME BUCKET_NAME",
  AWS_REGION: "AWS_DEFAULT_REGION S3_REGION",
  AWS_ACCESS_KEY_ID: "AWS_ACCESS_KEY S3_ACCESS_KEY S3_ACCESS_KEY_ID",
  AWS_SECRET_ACCESS_KEY: "AWS_SECRET_KEY S3_SECRET_KEY S3_SECRET_ACCESS_KEY",
  S3_ENDPOINT: "AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 S3_ENDPOINT_URL",
  DATABASE_URL: "DB_URL POSTGRES_URL PG_URL",
  AUTH_JWT_SECRET: "JWT_SECRET",
  AUTH_JWKS_URL: "JWKS_URL",
  AUTH_JWT_ISSUER: "JWT_ISSUER",
  AUTH_JWT_AUDIENCE: "JWT_AUDIENCE",
  AUTH_OIDC_CLIENT_SECRET: "AUTH_OIDC_SECRET OIDC_CLIENT_SECRET",
  AUTH_OIDC_ISSUER: "OIDC_ISSUER OIDC_ISSUER_URL",
  AUTH_OIDC_CLIENT_ID: "OIDC_CLIENT_ID",
  AUTH_SECRET: "BETTER_AUTH_SECRET SESSION_SECRET",
  PUBLIC_URL: "BETTER_AUTH_URL BASE_URL",
  CLAMAV_HOST: "CLAMD_HOST",
  CLAMAV_PORT: "CLAMD_PORT",
  UPLOAD_MAX_BYTES: "MAX_UPLOAD_BYTES",
  SMTP_URL: "SMTP_HOST MAIL_URL",
  MAIL_FROM: "SMTP_FROM EMAIL_FROM",
};

const RIGHT_NAMES = new Map(
  SETTING_NAMES.flatMap((name) => OTHER_NAMES[name]?.split(" ").map((other): [string, Setting] => [other, name]) ?? []),
);

const KNOWN: ReadonlySet<string> = new Set([...SETTING_NAMES, ...SECRETS.map((name) => `${name}_FILE`)]);
/** Kubernetes and Docker set such variables for each service and each linked container, such as `LINKS_SERVICE_HOST`. */
const SET_BY_PLATFORM = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP)(?:_\w+)?)?)$/;
/** No other program is known to have variables with these prefixes. */
const OUR_PREFIXES = /^(?:AUTH_(?:JWT|OIDC|SIGN)_|LINKS_|URL_TTL_|USER_QUOTA_)/;

/** Warns about each variable that looks like one of our settings, if the setting itself is not set. */
export function warnOfNearMisses(reader: ConfigReader): void {
  for (const name of reader.names) {
    if (KNOWN.has(name) || SET_BY_PLATFORM.test(name)) continue;
    const meant = RIGHT_NAMES.get(name) ?? nearest(name);
    if (meant === undefined) {
      if (OUR_PREFIXES.test(name)) reader.warn(`${name} is set but not read here: no setting has this name.`);
    } else if (reader.text(meant) === undefined) {
      reader.warn(`${name} is set but not read here: did you mean ${meant}?`);
    }
  }
}

/** Finds the setting of which the name is probably a misspelling. */
function nearest(name: string): Setting | undefined {
  const given = letters(name);
  return SETTING_NAMES.find((setting) => isMisspelt(given, letters(setting)));
}

/** In a short name, one other letter often makes the name of another program's variable. */
function isMisspelt(given: string, wanted: string): boolean {
  if (wanted.length < 7) return false;
  if (wanted.length < 8) return given === wanted;
  const edits = distance(given, wanted);
  // Two letters in the wrong order count as two edits.
  return edits <= (wanted.length < 12 ? 1 : 2) || (edits === 2 && sorted(given) === sorted(wanted));
}

function letters(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
}

function sorted(text: string): string {
  return [...text].sort().join("");
}
