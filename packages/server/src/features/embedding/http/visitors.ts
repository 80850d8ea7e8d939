import type { FastifyRequest } from "fastify";
import { networkOf, readAddress } from "../../../platform/http/client-address.ts";
import { createWriteTurns, inTurns } from "../../../platform/http/http-limits.ts";
import { createPlainPages } from "../../../platform/http/plain-pages.ts";
import type { App } from "../../../platform/http/routes.ts";
import type { LinkVerbs } from "../../links/index.ts";
import { publicLinkRoutes } from "../../links/visitor/routes.ts";
import { type SenderVerbs, visitorUploadRoutes } from "../../requests/routes.ts";
import { exchange } from "./handler.ts";

/** Returns the IP address of a visitor. */
export type FindClientAddress = (request: Request, original: unknown) => string | undefined;

type Options = {
  useCases: LinkVerbs & SenderVerbs;
  /** The public URL of the routes of the embedding. */
  baseUrl: string;
  bucketOrigins: readonly string[];
  origins: ReadonlySet<string>;
  /** Default: the address that Express, Fastify or Node.js reports. */
  findClientAddress: FindClientAddress | undefined;
  /** The service calls `onNoAddress` for the first visitor whose address is unknown. */
  onNoAddress: (error: unknown) => void;
};

/** Creates the function that adds the routes for visitors of links and file requests, who are not users of the application. */
export function createVisitorRoutes({ useCases, baseUrl, findClientAddress = reportedAddress, ...options }: Options) {
  const { onNoAddress, ...others } = options;
  let isReported = false;

  /** Returns the address of the visitor. Visitors without an address share the limits of one client. */
  function clientAddress(): string {
    let reason: unknown = new TypeError("A visitor has no IP address.");
    try {
      const current = exchange.getStore();
      const address = readAddress(String(current && findClientAddress(current.request, current.original)));
      if (address !== undefined) return address;
    } catch (error) {
      reason = error;
    }
    if (!isReported) onNoAddress(reason);
    isReported = true;
    return "unknown";
  }

  return (app: App): void => {
    app.decorateRequest("clientAddress", { getter: clientAddress });
    // The writes of one network wait for each other, and do not delay other visitors of the link. Visitors without an address share the
    // network "unknown", so the name of the queue also contains the token. A visitor can write any readable prefix of a token.
    const holderOf = ({ params, clientAddress }: FastifyRequest) =>
      `${networkOf(clientAddress)} ${(params as { token: string }).token.split("~").at(-1)}`;
    app.addHook("onRoute", inTurns({ turns: { turns: createWriteTurns(), holderOf } }));
    const parts = publicLinkRoutes(app, {
      ...others,
      useCases,
      publicUrl: baseUrl,
      hasOtherPage: false,
      metrics: { countUrls: () => undefined },
      clientIpOf: () => undefined,
      plainPages: createPlainPages({ name: "", header: "", style: "" }),
    });
    visitorUploadRoutes(app, { useCases, ...parts });
  };
}

/** Express and Fastify report the address of the client behind the proxies that they trust. Node.js reports the address of the connection. */
export function reportedAddress(_request: Request, original: unknown): string | undefined {
  const { ip, socket } = Object(original) as { ip?: unknown; socket?: { remoteAddress?: string } };
  return typeof ip === "string" ? ip : socket?.remoteAddress;
}
