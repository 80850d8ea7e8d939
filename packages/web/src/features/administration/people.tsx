import { Users } from "lucide-react";
import { useEffect, useState } from "react";
import { TextField } from "../../components/text-field.tsx";
import { client } from "../../service/client.ts";
import { administration } from "../../texts/en/administration.ts";
import { InviteForm, OpenInvitations } from "./invite.tsx";
import { PagedList, usePages } from "./paged-list.tsx";
import { PersonRow } from "./person-row.tsx";

const words = administration.people;
/** The pause between the last key and the search. Milliseconds. */
const SEARCH_DELAY_MS = 200;
/** The maximum length of a search text, as in the service. Characters. */
const MAX_LENGTH = 200;

/** Shows all people of the service, the newest first. */
export function People() {
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const list = usePages(["people", q], (page) => client.admin.people({ ...page, ...(q !== "" && { q }) }));
  return (
    <>
      <InviteForm />
      <OpenInvitations />
      <TextField
        type="search"
        label={words.search}
        value={typed}
        maxLength={MAX_LENGTH}
        autoComplete="off"
        spellCheck={false}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <PagedList
        list={list}
        label={administration.tabs.people}
        words={words}
        icon={<Users size={28} strokeWidth={1.5} />}
      >
        {(person) => <PersonRow key={person.id} person={person} />}
      </PagedList>
    </>
  );
}
