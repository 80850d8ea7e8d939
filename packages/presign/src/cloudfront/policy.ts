import { PresignError } from "../errors.ts";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4_RANGE = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}(?:/(?:3[0-2]|[12]?\\d))?$`);

/** `expiresAtSecond` is in seconds since the epoch. `ipAddress` is an IPv4 address or range. */
export type PolicyOptions = { resource: string; expiresAtSecond: number; ipAddress: string | undefined };

/**
 * Writes the JSON text of the policy, without white space. The signature covers this text.
 *
 * Throws PresignError `invalid_ip_address`. Source: Amazon CloudFront "Create a signed URL using a custom policy".
 */
export function policyOf({ resource, expiresAtSecond, ipAddress }: PolicyOptions): string {
  const dateLessThan = { "AWS:EpochTime": expiresAtSecond };
  const condition =
    ipAddress === undefined
      ? { DateLessThan: dateLessThan }
      : { DateLessThan: dateLessThan, IpAddress: { "AWS:SourceIp": rangeOf(ipAddress) } };
  return JSON.stringify({ Statement: [{ Resource: resource, Condition: condition }] });
}

function rangeOf(ipAddress: string): string {
  if (typeof ipAddress !== "string" || !IPV4_RANGE.test(ipAddress)) {
    throw new PresignError(
      "invalid_ip_address",
      "ipAddress is not an IPv4 address or range, and CloudFront takes no other",
    );
  }
  return ipAddress.includes("/") ? ipAddress : `${ipAddress}/32`;
}
