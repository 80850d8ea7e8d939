import type { Deps } from "../../../platform/deps.ts";
import { checkUser } from "../http/handler.ts";
import { APPLICATION } from "../items.ts";
import type { User } from "../types.ts";
import { annotateCalls } from "./annotate.ts";
import { attachCalls } from "./attach.ts";
import { changeCalls } from "./change.ts";
import { type ActorCalls, type CallParts, createContext } from "./context.ts";
import { linkCalls } from "./links.ts";
import { readCalls } from "./read.ts";
import { fileRequestCalls } from "./requests.ts";
import type { TenantCalls } from "./tenant-types.ts";
import { tenantCalls } from "./tenants.ts";
import { transactionCalls } from "./transactions.ts";
import type { CallsForUsers, FileCalls, TransactionCalls } from "./types.ts";

/**
 * Creates the calls for the code of the application. The calls of `asUser` ask the application's function `may`, and the calls of
 * `asApplication` do not. `track` gets each call, and returns the call that the application uses.
 */
export function createCalls(
  deps: Deps,
  {
    track,
    ...parts
  }: CallParts & { track: <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) => typeof call },
): { asUser: CallsForUsers<User>; asApplication: FileCalls & TenantCalls; inTransactions: TransactionCalls } {
  const context = createContext(deps, parts);
  const calls: ActorCalls = {
    ...readCalls(context),
    ...attachCalls(context),
    ...annotateCalls(context),
    ...changeCalls(context),
    ...linkCalls(context),
    ...fileRequestCalls(context),
  };
  type Call = (...args: unknown[]) => Promise<unknown>;
  const entries = Object.entries(calls) as [string, Call][];
  const asUser = entries.map(([name, call]) => [
    name,
    track(async (user: unknown, ...args: unknown[]) => call(checkUser(user as User), ...args)),
  ]);
  const ofApplication = entries.map(([name, call]): [string, Call] => [name, (...args) => call(APPLICATION, ...args)]);
  const asApplication = [...ofApplication, ...(Object.entries(tenantCalls(context)) as [string, Call][])].map(
    ([name, call]) => [name, track(async (...args: unknown[]) => call(...args))],
  );
  const { attachStaged, removeIn } = transactionCalls(context);
  const inTransactions = { attachStaged: track(attachStaged) as typeof attachStaged, removeIn: track(removeIn) };
  return { asUser: Object.fromEntries(asUser), asApplication: Object.fromEntries(asApplication), inTransactions };
}
