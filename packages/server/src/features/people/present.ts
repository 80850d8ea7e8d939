import type { Person as WirePerson } from "@valetkey/contract";
import type { Person } from "./person.ts";

/** The users that a response mentions, by id. The map does not contain users whom the service does not know. */
export type People = ReadonlyMap<string, Pick<Person, "name" | "email">>;

/** Converts a user to the form of a response. If the service does not know the user, the response contains only the id. */
export function presentPerson(id: string, people: People): WirePerson {
  const { name, email } = people.get(id) ?? {};
  return { id, name: name ?? null, email: email ?? null };
}
