import { within } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import { idInApplication } from "../access/caller.ts";
import type { LinkVerbs } from "../links/index.ts";
import type { Link } from "../links/link.ts";
import type { CreatorRightsOf } from "../links/visitor/admit.ts";
import { fileEventQueries, type ItemName } from "../outbox/file-event-queries.ts";
import type { RequestVerbs } from "../requests/index.ts";
import type { Ask } from "./ask.ts";
import { checkUser } from "./http/handler.ts";
import { type Actor, APPLICATION, rulesOf, urlTtlOf } from "./items.ts";
import type { Resources, User } from "./types.ts";

/** The calls about links and file requests of an embedding. `urlOf` returns the URL that visitors open. */
export type ItemLinks = {
  useCases: LinkVerbs & Pick<RequestVerbs, "reviewFile">;
  creatorRightsOf: CreatorRightsOf;
  urlOf: (token: string) => string;
};

export type FindCreator = (id: string) => User | null | undefined | Promise<User | null | undefined>;

/** The maximum time of one call of `findUser`, in milliseconds. */
const WITHIN_MS = 5_000;
/** The maximum time that a check of a link waits for the end of an earlier check. */
const PATIENCE = {
  milliseconds: 1_000,
  late: () => new Error("The earlier check of the link has not ended after a second."),
};

type Options = {
  ask: Pick<Ask, "mayRequest" | "mayShare">;
  resources: Resources;
  findCreator: FindCreator;
  /** The service calls `onFault` if `findUser` fails. The link then does not open. */
  onFault: (error: unknown) => void;
};

export type Creators = ReturnType<typeof createCreators>;

/** Creates the functions that check the creators of links and file requests in the application. */
export function createCreators({ db, limits }: Pick<Deps, "db" | "limits">, options: Options) {
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

  /** Returns the creator of a link, or undefined if the application does not know the creator. */
  async function creatorOf({ createdBy }: Pick<Link, "createdBy">): Promise<Actor | undefined> {
    const id = idInApplication(createdBy);
    if (id === undefined) return undefined;
    return id === "" ? APPLICATION : find(id);
  }

  async function isPermitted(link: Pick<Link, "kind" | "createdBy">, item: ItemName): Promise<boolean> {
    if (!Object.hasOwn(resources, item.resource)) return false;
    const creator = await creatorOf(link);
    if (creator === undefined || creator === APPLICATION) return creator === APPLICATION;
    return link.kind === "upload" ? ask.mayRequest(creator, item) : ask.mayShare(creator, item);
  }

  /**
   * Checks the creator in the application at each request of a visitor. A link stops working when its creator loses the right to read or
   * share the item, or when the application no longer knows the creator. A file request stops working when its creator loses the right to
   * add or request files. A link that the application itself made has no creator, so it works as long as the application has the resource.
   */
  const askAbout = async (link: Link) => {
    const item = await fileEventQueries(db).itemOfNote(link.noteId);
    if (item === undefined || !(await isPermitted(link, item))) return undefined;
    return { urlTtlSeconds: urlTtlOf(rulesOf(resources, item.resource), limits) };
  };
  const askOnce = shareByLink(askAbout);
  const rightsOf: CreatorRightsOf = (link, { isLook } = { isLook: false }) => (isLook ? askOnce(link) : askAbout(link));

  return { creatorOf, rightsOf };
}

/**
 * Lets parallel checks of one link share a result. A call never gets the result of a check that began before the call, because the creator
 * may have lost the right since then. So all calls during a check share the next check. The next check begins when the earlier check ends.
 * If the earlier check hangs, the next check begins after a second.
 */
export function shareByLink<T>(ask: (link: Link) => Promise<T>): (link: Link) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const next = new Map<string, Promise<T>>();
  function begin(link: Link) {
    next.delete(link.id);
    const answer: Promise<T> = ask(link).finally(() => running.get(link.id) === answer && running.delete(link.id));
    running.set(link.id, answer);
    return answer;
  }
  return (link) => {
    const earlier = running.get(link.id);
    const again = () => begin(link);
    if (earlier === undefined) return begin(link);
    const shared = next.get(link.id) ?? within(PATIENCE, () => earlier).then(again, again);
    next.set(link.id, shared);
    return shared;
  };
}
