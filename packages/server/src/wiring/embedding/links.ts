import type { Logger } from "pino";
import type { Admit } from "../../features/embedding/admit.ts";
import type { Ask } from "../../features/embedding/ask.ts";
import { createCreators, type ItemLinks } from "../../features/embedding/creators.ts";
import type { Places } from "../../features/embedding/places.ts";
import type { Deps } from "../../platform/deps.ts";
import type { App } from "../../platform/http/routes.ts";
import { deleteExpiredWindows } from "../../platform/limits/in-database.ts";
import type { Allowance } from "../../platform/limits/in-memory.ts";
import type { CheckedOptions } from "./options.ts";

/** The intervals of the jobs that only an embedding with links has, in milliseconds. */
export const LINK_JOBS = { deleteExpiredWindows: 60_000, deleteOldClaims: 3_600_000 };

/** The links of an embedding, the routes of their visitors, and the jobs that delete their old rows. */
export type OpenedLinks = ItemLinks & {
  visitorRoutes: (app: App) => void;
  jobs: Record<keyof typeof LINK_JOBS, () => Promise<void>>;
};

export type OpenLinks = (deps: Deps, parts: { urls: Allowance; starts: Allowance }) => OpenedLinks;

type Parts = { ask: Ask; createRules: (deps: Deps) => { admit: Admit; places: Places }; logger: Logger };

/** Loads the code of links. Returns undefined if the embedding has no option `links`, because it then does not need this code. */
export async function loadLinks(
  { links: options, resources, origins }: CheckedOptions,
  { ask, createRules, logger }: Parts,
): Promise<OpenLinks | undefined> {
  if (options === undefined) return undefined;
  const { createLinks } = await import("../../features/links/index.ts");
  const { createSenders } = await import("../../features/embedding/senders.ts");
  const { createVisitorRoutes } = await import("../../features/embedding/http/visitors.ts");
  const { pageUrl, clientAddress, findUser } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  return (deps, { urls, starts }) => {
    const creators = createCreators(deps, {
      ...{ ask, resources },
      findCreator: (id) => findUser(id),
      onFault: (error) => logger.error({ err: error }, "links.findUser() found no user"),
    });
    const useCases = {
      ...createLinks(deps, { allowance: urls, creatorRightsOf: creators.rightsOf }),
      ...createSenders(deps, { starts, creators, resources, ...createRules(deps) }),
    };
    return {
      useCases,
      creatorRightsOf: creators.rightsOf,
      urlOf: (token) => pageUrl?.replaceAll("{token}", token) ?? `${baseUrl}/s/${token}/download`,
      visitorRoutes: createVisitorRoutes({
        ...{ useCases, baseUrl },
        bucketOrigins: deps.bucket.origins,
        origins: new Set(origins),
        findClientAddress: clientAddress,
        onNoAddress: (error) =>
          logger.warn({ err: error }, "All visitors of links share one limit. Set links.clientAddress."),
      }),
      jobs: {
        deleteOldClaims: useCases.deleteOldClaims,
        deleteExpiredWindows: deleteExpiredWindows(deps),
      },
    };
  };
}
