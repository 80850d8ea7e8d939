import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** The forms in which proxies write an address: IPv4 with a port, or IPv6 in brackets, perhaps with a port. */
const WITH_PORT = /^(?:([\d.]+):\d{1,5}|\[([^\]]+)\](?::\d{1,5})?)$/;

/**
 * Reads the IP address of a client, as a socket or a proxy writes it. Removes a port and the zone of a link-local address. Converts an IPv4
 * address in IPv6 form to IPv4. Returns undefined if the text is no IP address.
 */
export function readAddress(text: string): string | undefined {
  const [, ipv4, ipv6] = WITH_PORT.exec(text) ?? [];
  const [address = ""] = (ipv4 ?? ipv6 ?? text).split("%", 1);
  return isIP(address) === 0 ? undefined : ipaddr.process(address).toString();
}

/**
 * Returns the part of an IP address that the limits count as one client: an IPv4 address, or the first 64 bits of an IPv6 address. One host
 * can use all addresses of an IPv6 network of this size. If the text is no IP address, returns the text unchanged.
 */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === "ipv4") return address.toString();
  const prefix = address.toByteArray().slice(0, 8);
  return `${ipaddr.fromByteArray([...prefix, 0, 0, 0, 0, 0, 0, 0, 0]).toString()}/64`;
}
