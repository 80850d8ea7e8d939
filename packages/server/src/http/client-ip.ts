import type { FastifyRequest } from "fastify";
import { ipv4Of } from "../domain/network.ts";
import { HttpProblem } from "./problem.ts";

const IPV4_ONLY = "The URLs of this service work for one IPv4 address. Connect over IPv4, then try again.";

/** Returns the only IP address for which the URLs in the response work. Returns undefined if the URLs work for every client. */
export type ClientIpOf = (request: Pick<FastifyRequest, "ip">) => string | undefined;

/**
 * Creates a `ClientIpOf` function. With `bindsUrlsToIp`, the created function throws HttpProblem `ipv4_required` for a client without an
 * IPv4 address.
 */
export function createClientIpOf({ bindsUrlsToIp }: { bindsUrlsToIp: boolean }): ClientIpOf {
  if (!bindsUrlsToIp) return () => undefined;
  return ({ ip }) => {
    const ipv4 = ipv4Of(ip);
    if (ipv4 === undefined) throw new HttpProblem("ipv4_required", IPV4_ONLY);
    return ipv4;
  };
}
