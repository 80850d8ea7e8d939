import ipaddr from "ipaddr.js";

/**
 * Returns the IPv4 address of a client. Also accepts an IPv4 address in IPv6 form, such as ::ffff:192.0.2.1. Returns undefined if the
 * client has no IPv4 address.
 */
export function ipv4Of(ip: string): string | undefined {
  if (!ipaddr.isValid(ip)) return undefined;
  const address = ipaddr.process(ip);
  return address.kind() === "ipv4" ? address.toString() : undefined;
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
