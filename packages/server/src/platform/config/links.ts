import type { ConfigReader } from "./reader.ts";
import type { LinksConfig } from "./types.ts";

const DEFAULT_WINDOW_SECONDS = 900;
const MAX_WINDOW_SECONDS = 86_400;
// Ten years. A longer expiry is probably a typing error.
const MAX_EXPIRY_SECONDS = 10 * 365 * 86_400;

export function readLinks(reader: ConfigReader): LinksConfig {
  const seconds = { unit: "seconds", min: 1 };
  return {
    isEnabled: reader.choice("LINKS", { of: ["on", "off"], fallback: "on" }) === "on",
    maxExpirySeconds: readMaxExpiry(reader),
    isPasswordRequired:
      reader.choice("LINKS_PASSWORD", { of: ["optional", "required"], fallback: "optional" }) === "required",
    windowSeconds: reader.integer("LINKS_WINDOW", {
      ...seconds,
      max: MAX_WINDOW_SECONDS,
      fallback: DEFAULT_WINDOW_SECONDS,
    }),
    abuseContact: readAbuseContact(reader),
  };
}

function readMaxExpiry(reader: ConfigReader): number | undefined {
  const seconds = reader.count("LINKS_MAX_EXPIRY");
  if (seconds === undefined || seconds <= MAX_EXPIRY_SECONDS) return seconds;
  reader.fault(
    "LINKS_MAX_EXPIRY",
    `is ${seconds} seconds, which is more than ten years`,
    "Lower LINKS_MAX_EXPIRY, or leave it out so that a link may live until it is revoked.",
  );
  return undefined;
}

function readAbuseContact(reader: ConfigReader): string | undefined {
  const value = reader.text("ABUSE_CONTACT");
  if (value === undefined || /^[^\s@]+@[^\s@]+$/.test(value)) return value;
  if (/^https?:$/.test(URL.parse(value)?.protocol ?? "")) return value;
  reader.fault(
    "ABUSE_CONTACT",
    "is neither an email address nor an http or https URL",
    "Write it as ABUSE_CONTACT=abuse@example.com or ABUSE_CONTACT=https://example.com/abuse.",
  );
  return undefined;
}
