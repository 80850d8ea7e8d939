import { useMutation } from "@tanstack/react-query";
import type { AdminPerson, UpdatePersonBody } from "@valetkey/client";
import { Users } from "lucide-react";
import { useState } from "react";
import { Button, FormButtons } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { useNow } from "../../components/hooks.ts";
import { IconMenu, MenuItem } from "../../components/menu.tsx";
import { Question } from "../../components/question.tsx";
import { Empty, Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { client } from "../../service/client.ts";
import { showProblem, toasts } from "../../service/toasts.ts";
import { forgetKept, useKept } from "../../service/use-kept.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatDuration, formatInstant, formatNumber, formatWhen, texts } from "../../texts/index.ts";
import { InviteButton, OpenInvitations } from "./invite.tsx";
import { type Mark, Marks, Row, refreshLists, Table, Unless, usePages, useSearch } from "./row.tsx";

const words = administration.people;
const { seen, used, links } = words.columns;
export function People() {
  const { field, q, find } = useSearch(words);
  const list = usePages(["people", q], (page) => client.admin.people({ ...page, ...find }));
  return (
    <>
      <div className="flex items-end gap-3">
        {field}
        <InviteButton />
      </div>
      {q === "" && !(list.isError && list.data === undefined) && <OpenInvitations />}
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

/** The widths of the columns: person, last seen, storage, links, state, menu. */
export const PERSON_WIDTHS = "lg:grid-cols-[minmax(0,1fr)_8rem_9rem_4rem_11rem_2rem]";

type Asked = "quota" | "reset" | "tokens" | "disable" | "remove";

export function PersonRow({ person }: { person: AdminPerson }) {
  const now = useNow();
  const [asked, setAsked] = useState<Asked>();
  const { id, name, email, disabledAt, deleteAt, isAdmin } = person;
  const shownName = name ?? email ?? id;
  const enable = useMutation({
    mutationFn: () => client.admin.updatePerson(id, { isDisabled: false }),
    onSuccess: refreshLists,
    onError: showProblem,
  });
  const isDisabled = disabledAt !== null;
  return (
    <Row
      widths={PERSON_WIDTHS}
      title={shownName}
      badge={isAdmin ? words.administrator : undefined}
      hints={name === null ? [] : [email ?? id]}
      cells={<Cells person={person} now={now} />}
      actions={
        <IconMenu title={shownName} label={words.menuOf(shownName)} className="tooltip-left -mr-2">
          <MenuItem onClick={() => setAsked("quota")}>{words.quota}</MenuItem>
          {!isDisabled && !isAdmin && <MenuItem onClick={() => setAsked("reset")}>{words.reset}</MenuItem>}
          {!isDisabled && <MenuItem onClick={() => setAsked("tokens")}>{words.revokeTokens}</MenuItem>}
          {isDisabled ? (
            <MenuItem onClick={() => enable.mutate()}>{words.enable}</MenuItem>
          ) : (
            <MenuItem isDanger onClick={() => setAsked("disable")}>
              {words.disable}
            </MenuItem>
          )}
          {isDisabled && deleteAt === null && (
            <MenuItem isDanger onClick={() => setAsked("remove")}>
              {words.remove}
            </MenuItem>
          )}
        </IconMenu>
      }
    >
      <PersonDialog person={person} name={shownName} asked={asked} onClose={() => setAsked(undefined)} />
    </Row>
  );
}

function Cells({ person, now }: { person: AdminPerson; now: number }) {
  const { lastSeenAt, usedBytes, quotaBytes, files, quotaFiles, links } = person;
  return (
    <>
      <p title={lastSeenAt === null ? undefined : formatInstant(lastSeenAt)}>
        {lastSeenAt === null ? (
          words.neverSeen
        ) : (
          <>
            <Unless>{words.columns.seen}</Unless>
            {formatWhen(lastSeenAt, now)}
          </>
        )}
      </p>
      {files === 0 && usedBytes === 0 ? (
        <p className="max-lg:order-1">{words.nothing}</p>
      ) : (
        <p className="max-lg:order-1">
          <Unless>{words.columns.used}</Unless>
          {words.storage(usedBytes, quotaBytes)}
          <span className="lg:hidden">{texts.common.separator}</span>
          <span className="lg:block">{words.files(files, quotaFiles)}</span>
        </p>
      )}
      <p>
        <Unless>{words.columns.links}</Unless>
        {words.links(links)}
      </p>
      <div className="flex">
        <Unless>{administration.links.columns.state}</Unless>
        <Marks marks={marksOf(person, now)} />
      </div>
    </>
  );
}

function marksOf({ disabledAt, deleteAt, email, isEmailProven }: AdminPerson, now: number): Mark[] {
  const left = deleteAt === null ? 0 : (Date.parse(deleteAt) - now) / 1000;
  const leaving = deleteAt === null ? words.disabled : words.deletedIn(formatDuration(left));
  const state: Mark = disabledAt === null ? { text: words.active, tone: "plain" } : { text: leaving, tone: "bad" };
  return email === null || isEmailProven ? [state] : [state, { text: words.unproven }];
}

type PersonDialogProps = { person: AdminPerson; name: string; asked: Asked | undefined; onClose: () => void };

/** The dialog for the action that the administrator has chosen in the menu. */
function PersonDialog({ person, name, asked, onClose }: PersonDialogProps) {
  const { id, disabledAt } = person;
  const done = async () => {
    onClose();
    await refreshLists();
  };
  const change = useMutation({
    mutationFn: (body: UpdatePersonBody) => client.admin.updatePerson(id, body),
    onSuccess() {
      forgetQuota(id);
      return done();
    },
  });
  const disable = useMutation({
    mutationFn: () => client.admin.updatePerson(id, { isDisabled: true }),
    onSuccess: done,
  });
  const remove = useMutation({ mutationFn: () => client.admin.deletePerson(id), onSuccess: done });
  const revokeTokens = useMutation({
    mutationFn: () => client.tokens.removeAll({ userId: id }),
    onSuccess() {
      onClose();
      toasts.add({ title: words.tokensRevoked(name) });
    },
  });
  if (asked === undefined) return null;
  if (asked === "quota") {
    return (
      <QuotaDialog
        person={person}
        isPending={change.isPending}
        error={change.error}
        onSave={change.mutate}
        {...{ name, onClose }}
      />
    );
  }
  // A disabled person could not use a link for a new password.
  if (asked === "reset") return disabledAt === null ? <ResetDialog {...{ id, name, onClose }} /> : null;
  const question = {
    tokens: {
      title: words.revokeTokensOf(name),
      hint: words.revokeTokensQuestion,
      action: words.revokeTokensNow,
      mutation: revokeTokens,
    },
    disable: { title: words.disableOf(name), hint: words.disableQuestion, action: words.disableNow, mutation: disable },
    remove: { title: words.removeOf(name), hint: words.removeQuestion, action: words.removeNow, mutation: remove },
  }[asked];
  return <Question {...question} onClose={onClose} />;
}

/** Makes a link for a new password, and shows the link once. */
function ResetDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  // The link is a secret, so the page never caches the link.
  const reset = useMutation({ mutationFn: () => client.admin.makeResetLink(id), gcTime: 0 });
  if (reset.data === undefined) {
    return (
      <Question
        title={words.resetOf(name)}
        hint={words.resetQuestion}
        action={words.resetNow}
        mutation={reset}
        onClose={onClose}
        isDanger={false}
      />
    );
  }
  return (
    <Dialog title={words.resetOf(name)} onClose={onClose}>
      <div data-shown-once className="flex flex-col gap-4">
        <p className="text-pretty break-words">{words.resetGive(name)}</p>
        <CopyLine label={words.resetLink} text={reset.data.url} kind="primary" />
        <p className="text-muted text-small">{words.resetHint}</p>
        <Button className="self-end" onClick={onClose}>
          {texts.common.done}
        </Button>
      </div>
    </Dialog>
  );
}

const GB = 1e9;
const MAX_GB = 1_000_000;
const MAX_FILES = 1e12;

type QuotaDialogProps = {
  person: AdminPerson;
  name: string;
  isPending: boolean;
  error: Error | null;
  onSave: (quota: Required<Pick<UpdatePersonBody, "quotaBytes" | "quotaFiles">>) => void;
  onClose: () => void;
};

/** Sets the quotas of a person. An empty field restores the default quota. */
export function QuotaDialog({ person, name, isPending, error, onSave, onClose }: QuotaDialogProps) {
  const { id, quotaBytes, ownQuotaBytes, quotaFiles, ownQuotaFiles } = person;
  const [size, setSize] = useKept(`quota ${id}`, ownQuotaBytes === null ? "" : String(ownQuotaBytes / GB));
  const [files, setFiles] = useKept(`files ${id}`, ownQuotaFiles === null ? "" : String(ownQuotaFiles));
  const [isChecked, setChecked] = useState(false);
  const amount = readNumber(size);
  const count = readNumber(files);
  const isSize = amount === null || (amount >= 0 && amount <= MAX_GB);
  const isCount = count === null || (Number.isInteger(count) && count >= 0 && count <= MAX_FILES);
  return (
    <Dialog title={words.quotaOf(name)} description={words.quotaHint(person.usedBytes, person.files)} onClose={onClose}>
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setChecked(true);
          if (!isSize || !isCount) return;
          onSave({ quotaBytes: amount === null ? null : Math.round(amount * GB), quotaFiles: count });
        }}
      >
        <div className="flex flex-wrap items-start gap-3">
          <TextField
            autoFocus
            className="grow basis-32"
            label={words.quotaField}
            inputMode="decimal"
            autoComplete="off"
            value={size}
            placeholder={defaultOf(ownQuotaBytes, quotaBytes === null ? null : quotaBytes / GB)}
            error={isChecked && !isSize ? words.quotaProblem : undefined}
            onChange={({ currentTarget }) => setSize(currentTarget.value)}
          />
          <TextField
            className="grow basis-32"
            label={words.quotaFilesField}
            inputMode="numeric"
            autoComplete="off"
            value={files}
            placeholder={defaultOf(ownQuotaFiles, quotaFiles)}
            error={isChecked && !isCount ? words.quotaFilesProblem : undefined}
            onChange={({ currentTarget }) => setFiles(currentTarget.value)}
          />
        </div>
        {error !== null && <Problem error={error} />}
        <FormButtons
          action={texts.common.save}
          isPending={isPending}
          onCancel={() => {
            forgetQuota(id);
            onClose();
          }}
        />
      </form>
    </Dialog>
  );
}

/** Names the default quota. The service tells the default only for people who have no own quota. */
function defaultOf(own: number | null, effective: number | null): string {
  if (own !== null) return words.quotaDefault(undefined);
  return words.quotaDefault(effective === null ? words.quotaNone : formatNumber(effective));
}

/** Deletes the quota values that the administrator has typed. */
export function forgetQuota(userId: string): void {
  forgetKept(`quota ${userId}`);
  forgetKept(`files ${userId}`);
}

/** Returns null for an empty field, and NaN if the text is not a number. */
function readNumber(typed: string): number | null {
  return typed.trim() === "" ? null : Number(typed.trim().replace(",", "."));
}
