import { within } from "../../platform/clock.ts";
import type { ItemName } from "../outbox/file-event-queries.ts";
import type { ItemAction, Resource, Resources, User } from "./types.ts";

/** The maximum time of one decision of the host application, in milliseconds. */
const ASK_WITHIN_MS = 5_000;
/** The maximum number of calls of `may` that run in parallel for one request. */
const AT_ONCE = 20;

/** A call of `may`, `mayMany`, `mayShare` or `mayRequest` without a valid decision. Contains no id of a user or an item. */
export type AskFault = Question & { error: unknown };

export type Ask = ReturnType<typeof createAsk>;

type Options = {
  resources: Resources;
  /** Called when a function of the application throws, takes too long or returns a wrong type. The service then refuses the action. */
  onFault: (fault: AskFault) => void;
  askWithinMs?: number;
};

/**
 * Creates the functions that request decisions from the host application (docs/security-requirements.md, requirement 38). These functions
 * cache no decision. They refuse the action if the host application returns no decision or a wrong type.
 */
export function createAsk({ resources, onFault, askWithinMs = ASK_WITHIN_MS }: Options) {
  /** The functions of the application that have returned undefined, such as `invoice.may`. */
  const silent = new Set<string>();

  async function decide<T>(question: Question, rule: (resource: Resource) => T | Promise<T>): Promise<T | undefined> {
    const { resource } = question;
    const rules = Object.hasOwn(resources, resource) ? resources[resource] : undefined;
    if (rules === undefined) return undefined;
    try {
      const late = () => new Error(`The application made no decision within ${askWithinMs / 1000} seconds.`);
      return await within({ milliseconds: askWithinMs, late }, () => rule(rules));
    } catch (error) {
      onFault({ ...question, error });
      return undefined;
    }
  }

  async function permits(question: Question, rule: (resource: Resource) => unknown): Promise<boolean> {
    const answer = await decide(question, async (rules) => ({ decision: await rule(rules) }));
    if (answer === undefined || typeof answer.decision === "boolean") return answer?.decision === true;
    const { decision } = answer;
    const name = functionOf(question);
    const at = `${question.resource}.${name}`;
    // A missing `return` is a frequent mistake in `may`, so the service reports the result undefined only once for each function.
    const isKnown = decision === undefined && (resources[question.resource]?.[name] === undefined || silent.has(at));
    if (isKnown) return false;
    if (decision === undefined) silent.add(at);
    onFault({ ...question, error: new TypeError(`${name}() must return true or false, and not ${kindOf(decision)}.`) });
    return false;
  }

  const may = (user: User, action: ItemAction, { resource, itemId }: ItemName): Promise<boolean> =>
    permits({ resource, action }, (rules) => rules.may(user, action, itemId));

  /** Returns the ids of those items of one resource on which the user may perform the action. */
  async function permittedOf(
    user: User,
    question: Question<ItemAction>,
    itemIds: readonly string[],
  ): Promise<Set<string>> {
    const { resource, action } = question;
    if (resources[resource]?.mayMany !== undefined) {
      return (
        (await decide(question, async (rules) => setOf(await rules.mayMany?.(user, action, itemIds)))) ?? new Set()
      );
    }
    const permitted = new Set<string>();
    const decideOne = async (itemId: string) => {
      if (await may(user, action, { resource, itemId })) permitted.add(itemId);
    };
    await askEach(itemIds, decideOne, askWithinMs);
    return permitted;
  }

  return {
    may,

    /**
     * Returns whether the user may make links to the files of an item. A link opens these files, so the user must also have the right to
     * read the files. If a resource has no `mayShare`, users can't make links to its items.
     */
    async mayShare(user: User, item: ItemName): Promise<boolean> {
      const { resource, itemId } = item;
      if (!(await may(user, "read", item))) return false;
      return permits({ resource, action: "share" }, (rules) => rules.mayShare?.(user, itemId));
    },

    /**
     * Returns whether the user may make file requests for an item. Visitors of a file request add files, so the user must also have the
     * right to add files. If a resource has no `mayRequest`, users can't make file requests for its items.
     */
    async mayRequest(user: User, item: ItemName): Promise<boolean> {
      const { resource, itemId } = item;
      if (!(await may(user, "add", item))) return false;
      return permits({ resource, action: "request" }, (rules) => rules.mayRequest?.(user, itemId));
    },

    /** Returns the items on which the user may perform the action. For each resource with a `mayMany` function, calls `mayMany` once. */
    async mayMany<Name extends ItemName>(user: User, action: ItemAction, items: readonly Name[]): Promise<Set<Name>> {
      const permitted = new Set<Name>();
      for (const [resource, ofResource] of Map.groupBy(items, (item) => item.resource)) {
        const itemIds = [...new Set(ofResource.map(({ itemId }) => itemId))];
        const ids = await permittedOf(user, { resource, action }, itemIds);
        for (const item of ofResource) if (ids.has(item.itemId)) permitted.add(item);
      }
      return permitted;
    },
  };
}

/** Calls `ask` for each element, for at most `AT_ONCE` elements in parallel. After `withinMs`, starts no further call. */
export async function askEach<T>(
  elements: readonly T[],
  askOne: (element: T) => Promise<void>,
  withinMs = ASK_WITHIN_MS,
): Promise<void> {
  const endsAt = performance.now() + withinMs;
  for (let at = 0; at < elements.length && performance.now() < endsAt; at += AT_ONCE) {
    await Promise.all(elements.slice(at, at + AT_ONCE).map(askOne));
  }
}

type Question<Action = ItemAction | "share" | "request"> = { resource: string; action: Action };

/** Returns the name of the application's function that decides about an action. */
export function functionOf({ action }: Pick<Question, "action">): "may" | "mayShare" | "mayRequest" {
  if (action === "share") return "mayShare";
  return action === "request" ? "mayRequest" : "may";
}

/** Converts the result of `mayMany` to a set. Throws TypeError for a wrong type, also for a string, which is iterable but has no ids. */
function setOf(ids: unknown): Set<string> {
  if (typeof ids === "string") throw new TypeError("mayMany() must return ids, and not a text.");
  return new Set(ids as Iterable<string>);
}

function kindOf(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
}
