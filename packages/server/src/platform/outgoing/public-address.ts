import { BlockList, isIP } from "node:net";

/** The ranges that are not on the public internet (RFC 6890), and the metadata server of Azure, which has a public IP address. */
const CLOSED_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/**
 * The only range of public IPv6 addresses. All other addresses, such as mapped, translated, unique local and link-local addresses, are not
 * public.
 */
const OPEN_IPV6 = ["2000::/3"];
/**
 * Parts of OPEN_IPV6 that are not public: Teredo and other protocols, 6to4, and two ranges for documentation. Some of these addresses
 * contain IPv4 addresses.
 */
const CLOSED_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const closedIpv4 = listOf(CLOSED_IPV4, "ipv4");
const openIpv6 = listOf(OPEN_IPV6, "ipv6");
const closedIpv6 = listOf(CLOSED_IPV6, "ipv6");

/** Whether an IP address is on the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !closedIpv4.check(address);
  return isIP(address) === 6 && openIpv6.check(address, "ipv6") && !closedIpv6.check(address, "ipv6");
}

/** Whether an IP address is a loopback address, which means this machine. */
export function isLoopbackAddress(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith("127.") : address === "::1";
}

function listOf(ranges: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}
