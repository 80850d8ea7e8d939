import { Users } from "lucide-react";
import { Empty } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { administration } from "../../texts/en/administration.ts";
import { InviteButton, OpenInvitations } from "./invite.tsx";
import { PERSON_WIDTHS, PersonRow } from "./person-row.tsx";
import { Table, usePages, useSearch } from "./row.tsx";

const words = administration.people;
const { seen, used, links } = words.columns;
/** Shows all people of the service, the newest first. */
export function People() {
  const { field, q, find } = useSearch(words);
  const list = usePages(["people", q], (page) => client.admin.people({ ...page, ...find }));
  return (
    <>
      <div className="flex items-end gap-3">
        {field}
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
