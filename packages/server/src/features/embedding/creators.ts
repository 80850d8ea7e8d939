import { within } from "../../platform/clock.ts";
import type { Deps } from "../../platform/deps.ts";
import { idInApplication } from "../access/caller.ts";
import type { LinkVerbs } from "../links/index.ts";
import type { Link } from "../links/link.ts";
import type { CreatorRightsOf } from "../links/visitor/admit.ts";
import { fileEventQueries, type ItemName } from "../outbox/file-event-queries.ts";
import type { Ask } from "./ask.ts";
import { checkUser } from "./http/handler.ts";
import { type Actor, APPLICATION, rulesOf, urlTtlOf } from "./items.ts";
import type { Resources, User } from "./types.ts";

/** The links and file requests of an embedding. `urlOf` returns the URL for visitors. */
export type ItemLinks = { useCases: LinkVerbs; creatorRightsOf: CreatorRightsOf; urlOf: (token: string) => string };

/** Returns the user of the application with this id. */
export type FindCreator = (id: string) => User | null | undefined | Promise<User | null | undefined>;

/** The maximum time that the service waits for the application to find a user. */
const WITHIN_MS = 5_000;

type Options = {
  ask: Pick<Ask, "mayRequest" | "mayShare">;
  resources: Resources;
  findCreator: FindCreator;
  /** The service calls `onFault` if the application could not find a user. The link then does not open. */
  onFault: (error: unknown) => void;
};

export type Creators = ReturnType<typeof createCreators>;

/** Creates the functions that ask the application about the creators of links and file requests. */
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
   * Asks the application at each request of a visitor. A link dies when its creator loses the right to share or to read the item, and when
   * the application no longer knows the creator. A file request dies with the rights to request and to add files. Nobody loses the links
   * that the application itself made, as long as the application has the resource.
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
 * Lets parallel questions about one link share an answer. A call never gets the answer to a question that began before the call, because
 * the creator may have lost the right in between. The calls during a question therefore share the next question.
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
    if (earlier === undefined) return begin(link);
    const shared = next.get(link.id) ?? earlier.catch(() => undefined).then(() => begin(link));
    next.set(link.id, shared);
    return shared;
  };
}
