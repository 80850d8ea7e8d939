import { within } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import { idInApplication } from "../access/caller.ts";
import type { LinkVerbs } from "../links/index.ts";
import type { CreatorRightsOf } from "../links/visitor/admit.ts";
import { fileEventQueries, type ItemName } from "../outbox/file-event-queries.ts";
import type { Ask } from "./ask.ts";
import { checkUser } from "./http/handler.ts";
import { rulesOf, urlTtlOf } from "./items.ts";
import type { Resources, User } from "./types.ts";

/** The links of an embedding. `urlOf` returns the URL for visitors. */
export type ItemLinks = { useCases: LinkVerbs; creatorRightsOf: CreatorRightsOf; urlOf: (token: string) => string };

/** Returns the user of the application with this id. */
export type FindCreator = (id: string) => User | null | undefined | Promise<User | null | undefined>;

/** The maximum time that the service waits for the application to find a user. */
const WITHIN_MS = 5_000;

type Options = {
  ask: Pick<Ask, "mayShare">;
  resources: Resources;
  findCreator: FindCreator;
  /** The service calls `onFault` if the application could not find a user. The link then does not open. */
  onFault: (error: unknown) => void;
};

/**
 * Creates the function that asks the application about the creator of a link, at each request of a visitor. A link dies when its creator
 * loses the right to share or to read the item, and when the application no longer knows the creator. Nobody loses the links that the
 * application itself made, as long as the application has the resource.
 */
export function createCreatorRights({ db, limits }: Pick<Deps, "db" | "limits">, options: Options): CreatorRightsOf {
  const { ask, resources, findCreator, onFault } = options;

  async function find(id: string): Promise<User | undefined> {
    try {
      const late = () => new Error(`links.findUser() returned nothing within ${WITHIN_MS / 1000} seconds.`);
      const user = await within({ milliseconds: WITHIN_MS, late }, async () => findCreator(id));
      if (user === null || user === undefined) return undefined;
      if (checkUser(user).id === id) return user;
      throw new TypeError("links.findUser() must return the user with the given id, or null.");
    } catch (error) {
      onFault(error);
      return undefined;
    }
  }

  async function isPermitted(createdBy: string, item: ItemName): Promise<boolean> {
    const id = idInApplication(createdBy);
    if (id === undefined || !Object.hasOwn(resources, item.resource)) return false;
    if (id === "") return true;
    const user = await find(id);
    return user !== undefined && ask.mayShare(user, item);
  }

  return async ({ noteId, createdBy }) => {
    const item = await fileEventQueries(db).itemOfNote(noteId);
    if (item === undefined || !(await isPermitted(createdBy, item))) return undefined;
    return { urlTtlSeconds: urlTtlOf(rulesOf(resources, item.resource), limits) };
  };
}
