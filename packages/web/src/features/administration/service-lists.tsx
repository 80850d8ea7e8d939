import { useMutation } from "@tanstack/react-query";
import type { AdminEvent, AdminLink, AdminMail, Person } from "@valetkey/client";
import { Link2, Mail, ScrollText } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { describeExpiry, isExpired } from "../../components/expiry.ts";
import { useNow } from "../../components/hooks.ts";
import { PagedList } from "../../components/paged-list.tsx";
import { Question } from "../../components/question.tsx";
import { Empty } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { showProblem } from "../../service/toasts.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatInstant, formatWhen, texts } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";
import { type Mark, Marks, Row, refreshLists, Table, Unless, usePages, useSearch } from "./row.tsx";

const words = administration.links;

const LINK_WIDTHS = "lg:grid-cols-[minmax(0,1fr)_10rem_9rem_14rem_6rem]";

export function AllLinks() {
  const { field, q, find } = useSearch(words);
  const list = usePages(["links", q], (page) => client.admin.links({ ...page, ...find }));
  const empty = q === "" ? { title: words.empty, hint: words.emptyHint } : words.none;
  return (
    <>
      {field}
      <Table
        list={list}
        label={administration.tabs.links}
        failed={words.failed}
        first={administration.tabs.links}
        columns={[words.columns.by, words.columns.used, words.columns.state]}
        widths={LINK_WIDTHS}
        empty={<Empty icon={<Link2 size={28} strokeWidth={1.5} />} {...empty} />}
      >
        {(link) => <LinkRow key={link.id} link={link} />}
      </Table>
    </>
  );
}

function LinkRow({ link }: { link: AdminLink }) {
  const now = useNow();
  const [isAsking, setAsking] = useState(false);
  const { id, kind, label, state, noteTitle, createdBy, claims, received } = link;
  const note = titleOf(noteTitle);
  const name = label === "" ? note : label;
  const isOver = state === "revoked" || state === "expired" || state === "orphaned";
  const revoke = useMutation({
    mutationFn: () => client.admin.revokeLink(id),
    async onSuccess() {
      setAsking(false);
      await refreshLists();
    },
  });
  return (
    <Row
      widths={LINK_WIDTHS}
      hasButton
      title={name}
      hints={[[...(label === "" ? [] : [note]), ...contentOf(link)].join(texts.common.separator)]}
      cells={
        <>
          <p className="wrap-anywhere">
            <Unless>{words.columns.by}</Unless>
            <bdi>{nameOf(createdBy)}</bdi>
          </p>
          <p>{kind === "upload" ? words.received(received.files, received.bytes) : words.claims(claims)}</p>
          <Marks marks={[markOf(link, now)]} />
        </>
      }
      actions={
        !isOver && (
          <Button aria-label={words.revokeOf(name)} onClick={() => setAsking(true)}>
            {words.revoke}
          </Button>
        )
      }
    >
      {isAsking && (
        <Question
          title={words.revokeOf(name)}
          hint={words.revokeQuestion}
          action={words.revoke}
          mutation={revoke}
          onClose={() => setAsking(false)}
        />
      )}
    </Row>
  );
}

function contentOf({ kind, files, hasPassword }: AdminLink): string[] {
  const content = kind === "upload" ? words.request : files === null ? words.whole : words.files(files);
  return hasPassword ? [content, words.password] : [content];
}

/** Describes the lifetime of a link: when the link expires, or why the link does not work. */
function markOf({ state, expiresAt, revokedAt }: AdminLink, now: number): Mark {
  if (state === "live" && !isExpired(expiresAt, now)) return { text: describeExpiry(expiresAt, now), tone: "plain" };
  if (state === "live" || state === "expired") return { text: describeExpiry(expiresAt, now) };
  if (state === "revoked" && revokedAt !== null) return { text: words.revokedAt(formatWhen(revokedAt, now)) };
  return state === "orphaned" ? { text: words.states[state], tone: "bad" } : { text: words.states[state] };
}

const mailWords = administration.mail;
const MAIL_WIDTHS = "lg:grid-cols-[minmax(0,1fr)_6rem_13rem_9rem]";

/** Shows the waiting mails, and the mails that the service could not send, newest first. */
export function MailQueue() {
  const list = usePages(["mail"], (page) => client.admin.mails(page));
  return (
    <Table
      list={list}
      label={administration.tabs.mail}
      failed={mailWords.failed}
      first={mailWords.columns.to}
      columns={[mailWords.columns.tries, words.columns.state]}
      widths={MAIL_WIDTHS}
      empty={<Empty icon={<Mail size={28} strokeWidth={1.5} />} title={mailWords.empty} hint={mailWords.emptyHint} />}
    >
      {(mail) => <MailRow key={mail.id} mail={mail} />}
    </Table>
  );
}

function MailRow({ mail }: { mail: AdminMail }) {
  const now = useNow();
  const { id, email, kind, attempts, problem, givenUpAt } = mail;
  const retry = useMutation({
    mutationFn: () => client.admin.retryMail(id),
    onSuccess: refreshLists,
    onError: showProblem,
  });
  return (
    <Row
      widths={MAIL_WIDTHS}
      hasButton
      title={email}
      hints={[mailWords.kinds[kind] ?? kind, ...(problem === null ? [] : [mailWords.problem(problem)])]}
      cells={
        <>
          <p>{mailWords.tries(attempts)}</p>
          <Marks
            marks={[
              givenUpAt === null
                ? { text: nextTry(mail, now), tone: "plain" }
                : { text: mailWords.givenUp(formatWhen(givenUpAt, now)), tone: "bad" },
            ]}
          />
        </>
      }
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

function nextTry({ dueAt }: AdminMail, now: number): string {
  return dueAt === null || Date.parse(dueAt) <= now ? mailWords.due : mailWords.waiting(formatWhen(dueAt, now));
}

const logWords = administration.log;

/** Shows the actions of administrators and of operator commands, newest first. */
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
  const { at, action, actor, person, detail } = event;
  const act = logWords.acts[action]?.(detail) ?? action;
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 p-3">
      <p className="min-w-0 break-words">
        <bdi className="font-medium">{actor === null ? logWords.command : nameOf(actor)}</bdi> {act}{" "}
        {person !== null && <bdi className="font-medium">{nameOf(person)}</bdi>}
      </p>
      <time dateTime={at} className="shrink-0 text-muted text-small">
        {formatInstant(at)}
      </time>
    </li>
  );
}

function nameOf({ name, email, id }: Person): string {
  return name ?? email ?? id;
}
