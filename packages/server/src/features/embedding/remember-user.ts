import type { Deps } from "../../platform/deps.ts";
import { lookupQueries } from "../people/lookups.ts";
import { normaliseEmail } from "../people/person.ts";
import type { SharingVerbs } from "../sharing/index.ts";
import { callerOf } from "./item-access.ts";
import type { User } from "./types.ts";

/**
 * Records the name and the email address of a user of the host application, so that responses can show them. Most calls change nothing. So
 * this reads the stored user first, because a read costs less than a durable write.
 */
export function rememberUser({ db }: Pick<Deps, "db">, { rememberPerson }: Pick<SharingVerbs, "rememberPerson">) {
  return async (user: User): Promise<void> => {
    const id = callerOf(user).userId;
    const email = user.email ? normaliseEmail(user.email) : undefined;
    const name = user.name ?? undefined;
    const known = await lookupQueries(db).person(id);
    if (known !== undefined && known.email === email && (name === undefined || known.name === name)) return;
    await rememberPerson({ id, email: email ?? null, name });
  };
}
