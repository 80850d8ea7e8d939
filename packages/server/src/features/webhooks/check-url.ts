import { isIP } from "node:net";
import { DomainError } from "../../platform/errors.ts";
import { isLoopbackAddress, isPublicAddress } from "../../platform/outgoing/public-address.ts";

/**
 * Checks the URL of an endpoint without a DNS query. The IP addresses of the host are checked at each try to send a message
 * (platform/outgoing/send-webhook.ts).
 * Throws `invalid_request`.
 */
export function checkUrl(text: string, { allowsLoopback }: { allowsLoopback: boolean }): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw refused("It must be an https URL.");
  if (url.username !== "" || url.password !== "") throw refused("It must not contain a user name or a password.");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isLoopback = host === "localhost" || isLoopbackAddress(host);
  if (isLoopback && allowsLoopback) return url.href;
  if (url.protocol !== "https:") throw refused("It must begin with https://.");
  if (isLoopback || (isIP(host) !== 0 && !isPublicAddress(host))) throw refused("Its host is not on the internet.");
  url.hash = "";
  return url.href;
}

function refused(problem: string): DomainError {
  return new DomainError("invalid_request", `The URL is refused. ${problem}`);
}
