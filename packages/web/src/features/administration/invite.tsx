import { useMutation, useQuery } from "@tanstack/react-query";
import type { AdminInvitation } from "@valetkey/client";
import type { FormEvent } from "react";
import { AskInPlace } from "../../components/ask-in-place.tsx";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { isExpired } from "../../components/expiry.ts";
import { useNow } from "../../components/hooks.ts";
import { PagedList } from "../../components/paged-list.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { client, hasCode } from "../../service/client.ts";
import { instanceQuery } from "../../service/queries.ts";
import { useKept } from "../../service/use-kept.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatDate, formatWhen } from "../../texts/index.ts";
import { Row, refreshLists, usePages } from "./row.tsx";

const words = administration.invitations;

/** Invites an email address to create an account. */
export function InviteForm() {
  const [email, setEmail] = useKept("invite to the service", "");
  const sendsMail = useQuery(instanceQuery).data?.mail === true;
  const invite = useMutation({
    mutationFn: () => client.admin.invite(email.trim()),
    async onSuccess() {
      setEmail("");
      await refreshLists();
    },
  });
  const made = invite.data?.email;

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (email.trim() !== "") invite.mutate();
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-2" aria-label={words.title}>
      <p className="font-medium">{words.title}</p>
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          className="grow basis-60"
          type="email"
          label={words.email}
          autoComplete="off"
          spellCheck={false}
          value={email}
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
        />
        <Button type="submit" disabled={invite.isPending || email.trim() === ""}>
          {invite.isPending ? words.pending : words.action}
        </Button>
      </div>
      <p className="text-pretty text-muted text-small">{words.hint}</p>
      <p role="status" className={made === undefined ? "sr-only" : "break-words text-small"}>
        {made !== undefined && (sendsMail ? words.mailed(made) : words.made(made))}
      </p>
      {invite.error !== null && <Problem error={invite.error}>{refusalOf(invite.error)}</Problem>}
    </form>
  );
}

function refusalOf(error: Error): string | undefined {
  if (hasCode(error, "email_taken")) return words.taken;
  return hasCode(error, "invalid_request") ? words.wrong : undefined;
}

/** Shows the invitations that nobody has used. Renders nothing when there is no such invitation. */
export function OpenInvitations() {
  const list = usePages(["invitations"], (page) => client.admin.invitations(page));
  if (list.data?.pages[0]?.items.length === 0) return null;
  return (
    <PagedList list={list} label={words.label} failed={words.failed} empty={null}>
      {(invitation) => <InvitationRow key={invitation.id} invitation={invitation} />}
    </PagedList>
  );
}

function InvitationRow({ invitation }: { invitation: AdminInvitation }) {
  const now = useNow();
  const { id, email, invitedBy, invitedAt, linkExpiresAt, url } = invitation;
  const renew = useMutation({ mutationFn: () => client.admin.renewInvitation(id), onSuccess: refreshLists });
  const revoke = useMutation({ mutationFn: () => client.admin.revokeInvitation(id), onSuccess: refreshLists });
  const isOver = isExpired(linkExpiresAt, now);
  const when = formatWhen(invitedAt, now);
  const invited =
    invitedBy === null ? words.byCommand(when) : words.invited(when, invitedBy.name ?? invitedBy.email ?? invitedBy.id);
  return (
    <Row
      title={email}
      marks={isOver ? [{ text: words.expired, isWarning: true }] : []}
      facts={[
        [invited, ...(isOver ? [] : [words.expires(formatDate(linkExpiresAt, now))])],
        ...(renew.isSuccess ? [[words.renewed]] : []),
      ]}
      error={renew.error ?? revoke.error}
      actions={
        <>
          {!isOver && <CopyButton text={url} action={words.copy} label={words.copyOf(email)} />}
          <Button
            kind="quiet"
            aria-label={words.renewOf(email)}
            disabled={renew.isPending}
            onClick={() => renew.mutate()}
          >
            {words.renew}
          </Button>
          <AskInPlace
            label={words.revoke}
            spokenLabel={words.revokeOf(email)}
            question={words.revokeQuestion}
            action={revoke}
          />
        </>
      }
    />
  );
}
