import { Instance } from "@valetkey/contract";
import type { Accounts } from "../../auth/accounts.ts";
import { operations } from "../../openapi.ts";
import type { App } from "../../route-types.ts";

const schemas = operations("accounts", {
  getInstance: {
    security: [] as [],
    summary: "Read the ways to sign in and the limits",
    response: { 200: Instance },
  },
});

type Options = { accounts: Pick<Accounts, "signInMethods" | "hasAny">; limits: Instance["limits"] };

/** /instance: public, for the sign-in page. */
export function instanceRoutes(app: App, { accounts, limits }: Options): void {
  const { urlTtlDefaultSeconds, urlTtlMaxSeconds, urlTtlMaxSharedSeconds, uploadMaxBytes } = limits;
  app.get("/instance", { schema: schemas.getInstance }, async (_request, reply) => {
    reply.header("cache-control", "no-store");
    return {
      ...accounts.signInMethods,
      hasAccounts: await accounts.hasAny(),
      limits: { urlTtlDefaultSeconds, urlTtlMaxSeconds, urlTtlMaxSharedSeconds, uploadMaxBytes },
    };
  });
}
