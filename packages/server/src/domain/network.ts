import ipaddr from "ipaddr.js";

/**
 * The network that limits count as one client: an IPv4 address, or the first 64 bits of an IPv6 address.
 * One host can use all IP addresses of its /64. Any other text stays as it is.
 */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === "ipv4") return address.toString();
  const prefix = address.toByteArray().slice(0, 8);
  return `${ipaddr.fromByteArray([...prefix, 0, 0, 0, 0, 0, 0, 0, 0]).toString()}/64`;
}
