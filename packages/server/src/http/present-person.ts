import type { Person as WirePerson } from "@valetkey/contract";
import type { Person } from "../domain/person.ts";

/** Everyone who is known of those whom an answer names, by id. */
export type People = ReadonlyMap<string, Pick<Person, "name" | "email">>;

/** Someone as the wire names them; of a stranger it has the id alone. */
export function presentPerson(id: string, people: People): WirePerson {
  const { name, email } = people.get(id) ?? {};
  return { id, name: name ?? null, email: email ?? null };
}
