import { Instance } from "@valetkey/contract";
import type { Accounts } from "../../features/accounts/library/accounts.ts";
import type { LinkPolicy } from "../../platform/config/limits.ts";
import { operations } from "../../platform/http/openapi.ts";
import type { App } from "../../platform/http/route-types.ts";

const schemas = operations("accounts", {
  getInstance: {
    security: [] as [],
    summary: "Read the ways to sign in and the limits",
    response: { 200: Instance },
  },
});

type Options = { accounts: Pick<Accounts, "signInMethods" | "hasAny">; limits: ShownLimits };

/** The limits of the service that the web app shows. */
export type ShownLimits = Omit<Instance["limits"], "links"> & { links: LinkPolicy };

/** The route /instance, which is public because the sign-in page needs it. */
export function instanceRoutes(app: App, { accounts, limits }: Options): void {
  app.get("/instance", { schema: schemas.getInstance }, async (_request, reply) => {
    reply.header("cache-control", "no-store");
    return { ...accounts.signInMethods, hasAccounts: await accounts.hasAny(), limits: present(limits) };
  });
}

/** Builds the limits for each request, because administrators can change some limits at any time. */
function present({ links, ...limits }: ShownLimits): Instance["limits"] {
  const { urlTtlDefaultSeconds, urlTtlMaxSeconds, urlTtlMaxSharedSeconds, uploadMaxBytes, trashDays } = limits;
  const { isEnabled, maxExpirySeconds = null, isPasswordRequired } = links;
  return {
    ...{ urlTtlDefaultSeconds: Math.min(urlTtlDefaultSeconds, urlTtlMaxSeconds), urlTtlMaxSeconds },
    ...{ urlTtlMaxSharedSeconds, uploadMaxBytes, trashDays },
    links: { enabled: isEnabled, maxExpirySeconds, passwordRequired: isPasswordRequired },
  };
}
