import { Search, Users } from "lucide-react";
import { useEffect, useState } from "react";
import { Empty } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { client } from "../../service/client.ts";
import { administration } from "../../texts/en/administration.ts";
import { InviteButton, OpenInvitations } from "./invite.tsx";
import { PERSON_WIDTHS, PersonRow } from "./person-row.tsx";
import { Table, usePages } from "./row.tsx";

const words = administration.people;
const { seen, used, links } = words.columns;
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
      <div className="flex items-end gap-3">
        <TextField
          type="search"
          className="min-w-0 grow"
          label={words.search}
          placeholder={words.searchHint}
          start={<Search size={16} aria-hidden="true" />}
          value={typed}
          maxLength={MAX_LENGTH}
          autoComplete="off"
          spellCheck={false}
          dir="auto"
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <InviteButton />
      </div>
      {q === "" && <OpenInvitations />}
      <Table
        list={list}
        label={administration.tabs.people}
        failed={words.failed}
        first={administration.tabs.people}
        columns={[seen, used, links, administration.links.columns.state]}
        widths={PERSON_WIDTHS}
        empty={<Empty icon={<Users size={28} strokeWidth={1.5} />} title={words.empty} hint={words.emptyHint} />}
      >
        {(person) => <PersonRow key={person.id} person={person} />}
      </Table>
    </>
  );
}
