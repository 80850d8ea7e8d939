import { useMutation } from "@tanstack/react-query";
import type { AdminPerson, UpdatePersonBody } from "@valetkey/client";
import { useState } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { CopyLine } from "../../components/copy-line.tsx";
import { useNow } from "../../components/use-now.ts";
import { client } from "../../service/client.ts";
import { copyText } from "../../service/clipboard.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatDate, formatWhen } from "../../texts/index.ts";
import { refreshLists } from "./paged-list.tsx";
import { QuotaForm } from "./quota-form.tsx";
import { type Mark, Row } from "./row.tsx";

const words = administration.people;

export function PersonRow({ person }: { person: AdminPerson }) {
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
              isPending={reset.isPending}
              onConfirm={() => reset.mutate()}
            />
          )}
          {person.disabledAt === null && !revokeTokens.isSuccess && (
            <AskInPlace
              label={words.revokeTokens}
              spokenLabel={words.revokeTokensOf(name)}
              question={words.revokeTokensQuestion}
              isPending={revokeTokens.isPending}
              onConfirm={() => revokeTokens.mutate()}
            />
          )}
          {person.disabledAt !== null && person.deleteAt === null && (
            <AskInPlace
              label={words.remove}
              spokenLabel={words.removeOf(name)}
              question={words.removeQuestion}
              isPending={remove.isPending}
              onConfirm={() => remove.mutate()}
            />
          )}
          {person.disabledAt === null ? (
            <AskInPlace
              label={words.disable}
              spokenLabel={words.disableOf(name)}
              question={words.disableQuestion(name)}
              isPending={change.isPending}
              onConfirm={() => change.mutate({ isDisabled: true })}
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
          <CopyLine label={words.resetLink} text={reset.data.url} onCopy={copyText} kind="primary" />
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
