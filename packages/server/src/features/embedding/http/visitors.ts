import type { FastifyRequest } from "fastify";
import { networkOf, readAddress } from "../../../platform/http/client-address.ts";
import { createWriteTurns, inTurns } from "../../../platform/http/http-limits.ts";
import { createPlainPages } from "../../../platform/http/plain-pages.ts";
import type { App } from "../../../platform/http/routes.ts";
import type { LinkVerbs } from "../../links/index.ts";
import { publicLinkRoutes } from "../../links/visitor/routes.ts";
import type { RequestVerbs } from "../../requests/index.ts";
import { receiptRoutes, visitorReceiptRoutes, visitorUploadRoutes } from "../../requests/routes.ts";
import { exchange } from "./handler.ts";

export type FindClientAddress = (request: Request, original: unknown) => string | undefined;

type Options = {
  useCases: LinkVerbs & RequestVerbs;
  /** The public URL below which the embedding has its routes. */
  baseUrl: string;
  bucketOrigins: readonly string[];
  origins: ReadonlySet<string>;
  /** Default: the IP address that Express, Fastify or Node.js reports. */
  findClientAddress: FindClientAddress | undefined;
  /** The service calls `onNoAddress` for the first visitor whose IP address is unknown. */
  onNoAddress: (error: unknown) => void;
};

/** Creates the function that adds the routes for visitors of links and file requests, who are not users of the application. */
export function createVisitorRoutes({ useCases, baseUrl, findClientAddress = reportedAddress, ...options }: Options) {
  const { onNoAddress, ...others } = options;
  let isReported = false;

  /** Returns the IP address of the visitor. All visitors without an IP address share the rate limits of one client. */
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
    // The writes of one network wait for each other, but do not delay other visitors of the link. Visitors without an IP address share the
    // network "unknown", so the name of the queue also contains the token. A visitor can change the readable text before the `~` of a
    // token. The check of a receipt has no token.
    const holderOf = ({ params, clientAddress }: FastifyRequest) =>
      `${networkOf(clientAddress)} ${(params as { token?: string }).token?.split("~").at(-1)}`;
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
    visitorReceiptRoutes(app, { useCases, publicUrl: baseUrl, ...parts });
    app.register(async (keys: App) => receiptRoutes(keys, { useCases }), { prefix: "/public" });
  };
}

/**
 * Returns the IP address that the framework reports. Express and Fastify report the client behind the proxies that they trust. Node.js
 * reports the address of the connection.
 */
export function reportedAddress(_request: Request, original: unknown): string | undefined {
  const { ip, socket } = Object(original) as { ip?: unknown; socket?: { remoteAddress?: string } };
  return typeof ip === "string" ? ip : socket?.remoteAddress;
}
