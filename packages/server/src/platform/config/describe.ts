import { mapUrls } from "../database/postgres/hosts.ts";
import type { LoadedConfig } from "./index.ts";
import { SETTINGS, type Setting, specOf } from "./settings.ts";

const MASK = "********";

/** Formats the configuration for people, with one `NAME=value` on each line. Masks all secrets. */
export function describeConfig({ config, inForce }: LoadedConfig): string[] {
  const { server, database, limits, brand } = config;
  // The values that replace what an operator has set, or that depend on several settings.
  const derived: Partial<Record<Setting, string>> = {
    HOST: server.host,
    PUBLIC_URL: server.publicUrl ?? "(where it listens)",
    DATA_DIR: server.dataDir,
    TRUST_PROXY: String(server.trustProxy),
    AUTH_SECRET: MASK,
    UPLOAD_MAX_BYTES: String(limits.uploadMaxBytes),
    BRAND_NAME: brand.name,
    ...(brand.logo && { BRAND_LOGO: brand.logo.file }),
    ...(brand.color && { BRAND_COLOR: brand.color }),
    ...(database.kind === "sqlite" && { DATABASE_URL: `(SQLite: ${database.file})` }),
    ...(config.bucket.kind === "embedded" && { AWS_BUCKET_NAME: "(built-in, in DATA_DIR)" }),
  };
  return (Object.keys(SETTINGS) as Setting[]).flatMap((name) => {
    const value = inForce.get(name);
    const shown = derived[name] ?? (value === undefined ? undefined : show(name, String(value)));
    return shown === undefined ? [] : [`${name}=${shown}`];
  });
}

function show(name: Setting, value: string): string {
  // The last four characters of the key id are visible, because they are enough to distinguish two keys.
  if (name.endsWith("AWS_ACCESS_KEY_ID")) return `${MASK}${value.slice(-4)}`;
  if (name === "DATABASE_URL") return mapUrls(value, maskUrl);
  if (name === "SMTP_URL" || name === "AUTH_JWKS_URL") return maskUrl(value);
  return specOf(name).isSecret ? MASK : value;
}

/** Masks the password and all values of the query, because these values may be secrets. */
function maskUrl(text: string): string {
  const url = new URL(text);
  if (url.password !== "") url.password = MASK;
  for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, MASK);
  return url.href;
}
