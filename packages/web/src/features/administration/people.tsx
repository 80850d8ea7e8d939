import { useMutation } from "@tanstack/react-query";
import type { AdminPerson, UpdatePersonBody } from "@valetkey/client";
import { Users } from "lucide-react";
import { useEffect, useState } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-button.tsx";
import { useNow } from "../../components/hooks.ts";
import { PagedList } from "../../components/paged-list.tsx";
import { Empty } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { client } from "../../service/client.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatDate, formatWhen, texts } from "../../texts/index.ts";
import { InviteForm, OpenInvitations } from "./invite.tsx";
import { type Mark, Row, refreshLists, usePages } from "./row.tsx";

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
        failed={words.failed}
        empty={<Empty icon={<Users size={28} strokeWidth={1.5} />} title={words.empty} hint={words.emptyHint} />}
      >
        {(person) => <PersonRow key={person.id} person={person} />}
      </PagedList>
    </>
  );
}

function PersonRow({ person }: { person: AdminPerson }) {
  const now = useNow();
  const [editsQuota, setEditsQuota] = useState(false);
  const name = person.name ?? person.email ?? person.id;
  const change = useMutation({
    mutationFn: (body: UpdatePersonBody) => client.admin.updatePerson(person.id, body),
    onSuccess: refreshLists,
  });
  const remove = useMutation({ mutationFn: () => client.admin.deletePerson(person.id), onSuccess: refreshLists });
  const revokeTokens = useMutation({ mutationFn: () => client.tokens.removeAll({ userId: person.id }) });
  // The link for a new password is never cached, because it is a secret.
  const reset = useMutation({ mutationFn: () => client.admin.makeResetLink(person.id), gcTime: 0 });
  return (
    <Row
      title={name}
      marks={marksOf(person, now)}
      facts={factsOf(person, now)}
      error={change.error ?? reset.error ?? remove.error ?? revokeTokens.error}
      actions={
        <>
          <Button
            kind="quiet"
            aria-label={words.quotaOf(name)}
            aria-expanded={editsQuota}
            onClick={() => setEditsQuota(!editsQuota)}
          >
            {words.quota}
          </Button>
          {person.disabledAt === null && !person.isAdmin && reset.data === undefined && (
            <AskInPlace
              label={words.reset}
              spokenLabel={words.resetOf(name)}
              question={words.resetQuestion}
              action={reset}
            />
          )}
          {person.disabledAt === null && !revokeTokens.isSuccess && (
            <AskInPlace
              label={words.revokeTokens}
              spokenLabel={words.revokeTokensOf(name)}
              question={words.revokeTokensQuestion}
              action={revokeTokens}
            />
          )}
          {person.disabledAt !== null && person.deleteAt === null && (
            <AskInPlace
              label={words.remove}
              spokenLabel={words.removeOf(name)}
              question={words.removeQuestion}
              action={remove}
            />
          )}
          {person.disabledAt === null ? (
            <AskInPlace
              label={words.disable}
              spokenLabel={words.disableOf(name)}
              question={words.disableQuestion(name)}
              action={{ isPending: change.isPending, mutate: () => change.mutate({ isDisabled: true }) }}
            />
          ) : (
            <Button
              kind="quiet"
              aria-label={words.enableOf(name)}
              disabled={change.isPending}
              onClick={() => change.mutate({ isDisabled: false })}
            >
              {words.enable}
            </Button>
          )}
        </>
      }
    >
      {editsQuota && (
        <QuotaForm
          person={person}
          isPending={change.isPending}
          onSave={(quota) => change.mutate(quota, { onSuccess: () => setEditsQuota(false) })}
        />
      )}
      <p role="status" className={revokeTokens.isSuccess ? "text-muted text-small" : "sr-only"}>
        {revokeTokens.isSuccess && words.tokensRevoked}
      </p>
      {reset.data !== undefined && (
        <div data-shown-once className="flex flex-col gap-1">
          <CopyLine label={words.resetLink} text={reset.data.url} kind="primary" />
          <p className="text-muted text-small">{words.resetHint}</p>
        </div>
      )}
    </Row>
  );
}

function marksOf({ isAdmin, disabledAt, deleteAt, email, isEmailProven }: AdminPerson, now: number): Mark[] {
  return [
    ...(disabledAt === null || deleteAt !== null ? [] : [{ text: words.disabled, isWarning: true }]),
    ...(deleteAt === null ? [] : [{ text: words.deletedOn(formatDate(deleteAt, now)), isWarning: true }]),
    ...(isAdmin ? [{ text: words.administrator }] : []),
    ...(email === null || isEmailProven ? [] : [{ text: words.unproven }]),
  ];
}

function factsOf(person: AdminPerson, now: number): string[][] {
  const { id, name, email, lastSignInAt, usedBytes, quotaBytes, files, quotaFiles, links } = person;
  const signedIn = lastSignInAt === null ? words.neverSignedIn : words.signedIn(formatWhen(lastSignInAt, now));
  return [
    name === null ? [] : [email ?? id],
    [signedIn, words.storage(usedBytes, quotaBytes), words.files(files, quotaFiles), words.links(links)],
  ].filter((line) => line.length > 0);
}

const GB = 1e9;
const MAX_GB = 1_000_000;
const MAX_FILES = 1e12;

type QuotaFormProps = {
  person: AdminPerson;
  isPending: boolean;
  onSave: (quota: Required<Pick<UpdatePersonBody, "quotaBytes" | "quotaFiles">>) => void;
};

/** Sets the quotas of a person. An empty field restores the default. */
function QuotaForm({ person: { ownQuotaBytes, ownQuotaFiles }, isPending, onSave }: QuotaFormProps) {
  const [size, setSize] = useState(ownQuotaBytes === null ? "" : String(ownQuotaBytes / GB));
  const [files, setFiles] = useState(ownQuotaFiles === null ? "" : String(ownQuotaFiles));
  const [isChecked, setChecked] = useState(false);
  const amount = readNumber(size);
  const count = readNumber(files);
  const isSize = amount === null || (amount >= 0 && amount <= MAX_GB);
  const isCount = count === null || (Number.isInteger(count) && count >= 0 && count <= MAX_FILES);
  return (
    <form
      noValidate
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (!isSize || !isCount) return;
        onSave({ quotaBytes: amount === null ? null : Math.round(amount * GB), quotaFiles: count });
      }}
    >
      <div className="flex flex-wrap items-start gap-2">
        <TextField
          autoFocus
          className="grow basis-32"
          label={words.quotaField}
          inputMode="decimal"
          autoComplete="off"
          value={size}
          error={isChecked && !isSize ? words.quotaProblem : undefined}
          onChange={({ currentTarget }) => setSize(currentTarget.value)}
        />
        <TextField
          className="grow basis-32"
          label={words.quotaFilesField}
          inputMode="numeric"
          autoComplete="off"
          value={files}
          error={isChecked && !isCount ? words.quotaFilesProblem : undefined}
          onChange={({ currentTarget }) => setFiles(currentTarget.value)}
        />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted text-small">{words.quotaHint}</p>
        <Button type="submit" className="ml-auto" disabled={isPending}>
          {texts.common.save}
        </Button>
      </div>
    </form>
  );
}

/** Returns null for an empty field, and NaN for a text that is not a number. */
function readNumber(typed: string): number | null {
  return typed.trim() === "" ? null : Number(typed.trim().replace(",", "."));
}
