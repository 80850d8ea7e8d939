import { isIP } from "node:net";
import type { ConfigReader } from "./reader.ts";
import type { ServerConfig } from "./types.ts";

/**
 * The maximum number of proxies. There is a limit, because with a number that is too large, the service trusts entries of X-Forwarded-For
 * that the client wrote.
 */
const MAX_PROXIES = 10;
const PROXY_RANGES = new Set(["loopback", "linklocal", "uniquelocal"]);

export function readTrustProxy(
  reader: ConfigReader,
  { isBehindProxy }: { isBehindProxy: boolean },
): ServerConfig["trustProxy"] {
  const value = reader.text("TRUST_PROXY");
  if (value === undefined && isBehindProxy) {
    reader.warn(
      "PUBLIC_URL is https, but TRUST_PROXY is not set: all clients share the proxy's IP address, and one limit of sign-ins. Set TRUST_PROXY=1, or the number of proxies in front.",
    );
  }
  if (value === undefined || value === "false") return false;
  const trustsAnyone = value === "true" || value.split(",").some((proxy) => /\/0+$/.test(proxy.trim()));
  if (trustsAnyone) {
    reader.fault(
      "TRUST_PROXY",
      `is "${value}", so that anyone could forge their IP address in X-Forwarded-For`,
      "Set TRUST_PROXY to the number of proxies in front (1), or to their IP addresses (10.0.0.0/8, loopback).",
    );
    return false;
  }
  if (/^\d+$/.test(value)) return readProxyCount(reader, Number(value));
  const proxies = value.split(",").map((proxy) => proxy.trim());
  if (!proxies.every(isProxy)) {
    reader.fault(
      "TRUST_PROXY",
      `is "${value}", which names no proxies`,
      "Set TRUST_PROXY to the number of proxies in front (1), or to their IP addresses (10.0.0.0/8, loopback).",
    );
  }
  return proxies;
}

function readProxyCount(reader: ConfigReader, count: number): number {
  if (count > MAX_PROXIES) {
    reader.fault(
      "TRUST_PROXY",
      `is ${count}, so that anyone could forge their IP address in X-Forwarded-For`,
      `Set TRUST_PROXY to the number of proxies in front (1), at most ${MAX_PROXIES}.`,
    );
  }
  return count;
}

function isProxy(text: string): boolean {
  if (PROXY_RANGES.has(text)) return true;
  const [address = "", bits = "0", ...rest] = text.split("/");
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}
