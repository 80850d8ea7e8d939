import type { AdminEvent, Person } from "@valetkey/client";
import { ScrollText } from "lucide-react";
import { useNow } from "../../components/use-now.ts";
import { client } from "../../service/client.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatInstant, formatWhen } from "../../texts/index.ts";
import { PagedList, usePages } from "./paged-list.tsx";

const words = administration.log;

/** Shows the actions of administrators and of operator commands, the newest first. */
export function AdminLog() {
  const list = usePages(["log"], (page) => client.admin.log(page));
  return (
    <PagedList
      list={list}
      label={administration.tabs.log}
      words={words}
      icon={<ScrollText size={28} strokeWidth={1.5} />}
    >
      {(event) => <Line key={event.id} event={event} />}
    </PagedList>
  );
}

function Line({ event }: { event: AdminEvent }) {
  const now = useNow();
  const { at, action, actor, person, detail } = event;
  const act = words.acts[action]?.(detail) ?? action;
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 p-3">
      <p className="min-w-0 break-words">
        <span className="font-medium">{actor === null ? words.command : nameOf(actor)}</span> {act}{" "}
        {person !== null && <span className="font-medium">{nameOf(person)}</span>}
      </p>
      <time dateTime={at} title={formatInstant(at)} className="text-muted text-small">
        {formatWhen(at, now)}
      </time>
    </li>
  );
}

function nameOf({ name, email, id }: Person): string {
  return name ?? email ?? id;
}
