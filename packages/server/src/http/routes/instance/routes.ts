import { Instance } from "@valetkey/contract";
import type { Accounts } from "../../auth/accounts.ts";
import type { App } from "../../route-types.ts";

const getInstance = {
  tags: ["accounts"],
  security: [] as [],
  operationId: "getInstance",
  summary: "See how one gets in here, and what is allowed",
  response: { 200: Instance },
};

type Options = { accounts: Pick<Accounts, "ways" | "hasAny">; limits: Instance["limits"] };

/** /instance: public, for the page that one signs in on. */
export function instanceRoutes(app: App, { accounts, limits }: Options): void {
  const { urlTtlDefaultSeconds, urlTtlMaxSeconds, uploadMaxBytes } = limits;
  app.get("/instance", { schema: getInstance }, async (_request, reply) => {
    reply.header("cache-control", "no-store");
    return {
      ...accounts.ways,
      hasAccounts: await accounts.hasAny(),
      limits: { urlTtlDefaultSeconds, urlTtlMaxSeconds, uploadMaxBytes },
    };
  });
}
