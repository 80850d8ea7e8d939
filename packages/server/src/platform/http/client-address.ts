import { isIP, isIPv4 } from "node:net";
import { compile } from "@fastify/proxy-addr";
import type { FastifyInstance, FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import { HttpProblem } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /**
     * The IP address of the client, or "unknown" after the client has disconnected. Code must not use `ip`, whose format depends on the
     * proxy.
     */
    readonly clientAddress: string;
  }
}

/**
 * The proxies whose X-Forwarded-For the service trusts: their IP addresses, or a function that gets the IP address and the distance of a
 * proxy. false: no proxy. true: every proxy.
 */
export type TrustProxy = boolean | string[] | ((address: string, hop: number) => boolean);

const INVALID =
  "X-Forwarded-For contains no valid IP address of the client, so the service uses the IP address of the proxy";
const IPV4_ONLY = "The URLs of this service work for one IPv4 address. Connect over IPv4, then try again.";
/** The maximum length of a header value in the log, in characters. */
const LOGGED = 64;

/** Returns the option `trustProxy` of Fastify for proxies that add a port to an IP address. */
export function trustsProxy(trustProxy: TrustProxy): TrustProxy {
  if (typeof trustProxy === "boolean") return trustProxy;
  const trusts = typeof trustProxy === "function" ? trustProxy : compile(trustProxy);
  return (address, hop) => trusts(readAddress(address) ?? address, hop);
}

/**
 * Adds `clientAddress` to requests. If the proxy sent no valid IP address, `clientAddress` is the IP address of the connection. The first
 * such request is logged.
 */
export function addClientAddress(app: FastifyInstance): void {
  let isLogged = false;
  app.decorateRequest("clientAddress", {
    getter(this: FastifyRequest) {
      const { ip, log, socket } = this;
      const written = ip ?? "";
      const address = readAddress(written);
      if (address !== undefined) return address;
      if (!isLogged && written !== "") {
        isLogged = true;
        log.warn({ address: written.slice(0, LOGGED) }, INVALID);
      }
      return readAddress(socket.remoteAddress ?? "") ?? "unknown";
    },
  });
}

/** Returns the only IP address for which the URLs in the response work, or undefined if they work for every client. */
export type ClientIpOf = (request: Pick<FastifyRequest, "clientAddress">) => string | undefined;

/** Creates a `ClientIpOf`. With `bindsUrlsToIp`, the `ClientIpOf` throws `ipv4_required` for a client without an IPv4 address. */
export function createClientIpOf({ bindsUrlsToIp }: { bindsUrlsToIp: boolean }): ClientIpOf {
  if (!bindsUrlsToIp) return () => undefined;
  return ({ clientAddress }) => {
    if (!isIPv4(clientAddress)) throw new HttpProblem("ipv4_required", IPV4_ONLY);
    return clientAddress;
  };
}

/** Matches an IP address with a port, or an IPv6 address in brackets, as some proxies send it. */
const WITH_PORT = /^(?:([\d.]+):\d{1,5}|\[([^\]]+)\](?::\d{1,5})?)$/;

/**
 * Reads an IP address in the format of a socket or a proxy. Removes a port and the zone of a link-local address. Converts an IPv4 address
 * in IPv6 form to IPv4. Returns undefined if the text is no IP address.
 */
export function readAddress(text: string): string | undefined {
  const [, ipv4, ipv6] = WITH_PORT.exec(text) ?? [];
  const [address = ""] = (ipv4 ?? ipv6 ?? text).split("%", 1);
  return isIP(address) === 0 ? undefined : ipaddr.process(address).toString();
}

/**
 * Returns the part of an IP address that rate limits count as one client: an IPv4 address, or the first 64 bits of an IPv6 address. One
 * host can use all IP addresses of such an IPv6 network. Returns a text that is no IP address unchanged.
 */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === "ipv4") return address.toString();
  const prefix = address.toByteArray().slice(0, 8);
  return `${ipaddr.fromByteArray([...prefix, 0, 0, 0, 0, 0, 0, 0, 0]).toString()}/64`;
}
