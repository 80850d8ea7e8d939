import { useMutation } from "@tanstack/react-query";
import type { AdminEvent, AdminLink, AdminMail, Person } from "@valetkey/client";
import { Link2, Mail, ScrollText } from "lucide-react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { useNow } from "../../components/hooks.ts";
import { PagedList } from "../../components/paged-list.tsx";
import { Empty } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatInstant, formatWhen } from "../../texts/index.ts";
import { Row, refreshLists, usePages } from "./row.tsx";

const words = administration.links;

/** Shows the links and file requests of all people, the newest first. */
export function AllLinks() {
  const list = usePages(["links"], (page) => client.admin.links(page));
  return (
    <PagedList
      list={list}
      label={administration.tabs.links}
      failed={words.failed}
      empty={<Empty icon={<Link2 size={28} strokeWidth={1.5} />} title={words.empty} hint={words.emptyHint} />}
    >
      {(link) => <LinkRow key={link.id} link={link} />}
    </PagedList>
  );
}

function LinkRow({ link }: { link: AdminLink }) {
  const now = useNow();
  const { id, kind, label, state, noteTitle, createdBy } = link;
  const name = label === "" ? words.kinds[kind] : label;
  const revoke = useMutation({ mutationFn: () => client.admin.revokeLink(id), onSuccess: refreshLists });
  return (
    <Row
      title={name}
      marks={[{ text: words.states[state] }]}
      facts={[
        [words.of(noteTitle, createdBy.name ?? createdBy.email ?? createdBy.id)],
        [words.kinds[kind], ...factsOf(link, now)],
      ]}
      error={revoke.error}
      actions={
        state !== "revoked" && (
          <AskInPlace
            label={words.revoke}
            spokenLabel={words.revokeOf(name)}
            question={words.revokeQuestion}
            action={revoke}
          />
        )
      }
    />
  );
}

function factsOf({ kind, expiresAt, hasPassword, claims, received }: AdminLink, now: number): string[] {
  return [
    expiresAt === null ? words.forever : words.expires(formatWhen(expiresAt, now)),
    ...(hasPassword ? [words.password] : []),
    kind === "upload" ? words.received(received.files, received.bytes) : words.claims(claims),
  ];
}

const mailWords = administration.mail;

/** Shows the mails that the service will send, and the mails that it gave up, the newest first. */
export function MailQueue() {
  const list = usePages(["mail"], (page) => client.admin.mails(page));
  return (
    <PagedList
      list={list}
      label={administration.tabs.mail}
      failed={mailWords.failed}
      empty={<Empty icon={<Mail size={28} strokeWidth={1.5} />} title={mailWords.empty} hint={mailWords.emptyHint} />}
    >
      {(mail) => <MailRow key={mail.id} mail={mail} />}
    </PagedList>
  );
}

function MailRow({ mail }: { mail: AdminMail }) {
  const now = useNow();
  const { id, email, kind, attempts, problem, givenUpAt } = mail;
  const retry = useMutation({ mutationFn: () => client.admin.retryMail(id), onSuccess: refreshLists });
  return (
    <Row
      title={email}
      marks={givenUpAt === null ? [] : [{ text: mailWords.givenUp(formatWhen(givenUpAt, now)), isWarning: true }]}
      facts={[
        [mailWords.kinds[kind] ?? kind, mailWords.tries(attempts), ...nextTry(mail, now)],
        ...(problem === null ? [] : [[problem]]),
      ]}
      error={retry.error}
      actions={
        givenUpAt !== null && (
          <Button aria-label={mailWords.againOf(email)} disabled={retry.isPending} onClick={() => retry.mutate()}>
            {mailWords.again}
          </Button>
        )
      }
    />
  );
}

function nextTry({ dueAt }: AdminMail, now: number): string[] {
  if (dueAt === null) return [];
  return [Date.parse(dueAt) <= now ? mailWords.due : mailWords.waiting(formatWhen(dueAt, now))];
}

const logWords = administration.log;

/** Shows the actions of administrators and of operator commands, the newest first. */
export function AdminLog() {
  const list = usePages(["log"], (page) => client.admin.log(page));
  return (
    <PagedList
      list={list}
      label={administration.tabs.log}
      failed={logWords.failed}
      empty={
        <Empty icon={<ScrollText size={28} strokeWidth={1.5} />} title={logWords.empty} hint={logWords.emptyHint} />
      }
    >
      {(event) => <Line key={event.id} event={event} />}
    </PagedList>
  );
}

function Line({ event }: { event: AdminEvent }) {
  const now = useNow();
  const { at, action, actor, person, detail } = event;
  const act = logWords.acts[action]?.(detail) ?? action;
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 p-3">
      <p className="min-w-0 break-words">
        <span className="font-medium">{actor === null ? logWords.command : nameOf(actor)}</span> {act}{" "}
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
