import { useMutation, useQuery } from "@tanstack/react-query";
import type { AdminInvitation } from "@valetkey/client";
import { UserRoundPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { copyText } from "../../components/clipboard.ts";
import { CopyLine } from "../../components/copy-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { describeExpiry, isExpired } from "../../components/expiry.ts";
import { useNow } from "../../components/hooks.ts";
import { IconMenu, MenuItem } from "../../components/menu.tsx";
import { Question } from "../../components/question.tsx";
import { Problem } from "../../components/states.tsx";
import { TextField } from "../../components/text-field.tsx";
import { client, hasCode } from "../../service/client.ts";
import { instanceQuery } from "../../service/queries.ts";
import { showProblem, toasts } from "../../service/toasts.ts";
import { useKept } from "../../service/use-kept.ts";
import { administration } from "../../texts/en/administration.ts";
import { formatInstant, texts } from "../../texts/index.ts";
import { Marks, Row, refreshLists, Table, usePages } from "./row.tsx";

const words = administration.invitations;

/** Opens the dialog that invites a person by email address to create an account. */
export function InviteButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button className="shrink-0" aria-label={words.title} onClick={() => setOpen(true)}>
        <UserRoundPlus size={16} />
        {words.action}
      </Button>
      {isOpen && <InviteDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function InviteDialog({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useKept("invite to the service", "");
  const sendsMail = useQuery(instanceQuery).data?.mail === true;
  const invite = useMutation({
    mutationFn: () => client.admin.invite(email.trim()),
    async onSuccess() {
      setEmail("");
      await refreshLists();
    },
  });
  if (invite.data !== undefined) {
    const { email: invited, url } = invite.data;
    return (
      <Dialog title={words.title} onClose={onClose}>
        <div className="flex flex-col gap-4">
          <p role="status" className="break-words">
            {sendsMail ? words.mailed(invited) : words.made(invited)}
          </p>
          <CopyLine label={words.copyOf(invited)} text={url} kind={sendsMail ? "outline" : "primary"} />
          <Button className="self-end" onClick={onClose}>
            {texts.common.close}
          </Button>
        </div>
      </Dialog>
    );
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (email.trim() !== "") invite.mutate();
  }

  return (
    <Dialog title={words.title} description={words.hint} onClose={onClose}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          type="email"
          label={words.email}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          value={email}
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
        />
        {invite.error !== null && <Problem error={invite.error}>{refusalOf(invite.error)}</Problem>}
        <Button type="submit" kind="primary" className="self-end" disabled={invite.isPending || email.trim() === ""}>
          {invite.isPending ? words.pending : words.action}
        </Button>
      </form>
    </Dialog>
  );
}

function refusalOf(error: Error): string | undefined {
  if (hasCode(error, "email_taken")) return words.taken;
  return hasCode(error, "invalid_request") ? words.wrong : undefined;
}

const WIDTHS = "lg:grid-cols-[minmax(0,1fr)_11rem_2rem]";

/** Shows the invitations that nobody has used yet. Shows nothing if the service has no such invitation. */
export function OpenInvitations() {
  const list = usePages(["invitations"], (page) => client.admin.invitations(page));
  if (list.data?.pages[0]?.items.length === 0) return null;
  return (
    <Table
      list={list}
      label={words.label}
      failed={words.failed}
      empty={null}
      first={words.label}
      columns={[administration.links.columns.state]}
      widths={WIDTHS}
    >
      {(invitation) => <InvitationRow key={invitation.id} invitation={invitation} />}
    </Table>
  );
}

function InvitationRow({ invitation }: { invitation: AdminInvitation }) {
  const now = useNow();
  const [isAsking, setAsking] = useState(false);
  const { id, email, invitedBy, invitedAt, linkExpiresAt, url } = invitation;
  const renew = useMutation({
    mutationFn: () => client.admin.renewInvitation(id),
    async onSuccess() {
      toasts.add({ title: words.renewed });
      await refreshLists();
    },
    onError: showProblem,
  });
  const revoke = useMutation({
    mutationFn: () => client.admin.revokeInvitation(id),
    async onSuccess() {
      setAsking(false);
      await refreshLists();
    },
  });
  const isOver = isExpired(linkExpiresAt, now);
  const invited =
    invitedBy === null ? words.byCommand : words.invited(invitedBy.name ?? invitedBy.email ?? invitedBy.id);
  const copy = async () => {
    toasts.add({ title: (await copyText(url)) ? words.copied(email) : texts.common.notCopied });
  };
  return (
    <Row
      widths={WIDTHS}
      title={email}
      hints={[invited]}
      cells={
        <div title={formatInstant(invitedAt)}>
          <Marks marks={[{ text: describeExpiry(linkExpiresAt, now), tone: isOver ? "bad" : "plain" }]} />
        </div>
      }
      actions={
        <IconMenu title={email} label={administration.people.menuOf(email)} className="tooltip-left -mr-2">
          {!isOver && <MenuItem onClick={() => void copy()}>{words.copy}</MenuItem>}
          <MenuItem onClick={() => renew.mutate()}>{words.renew}</MenuItem>
          <MenuItem isDanger onClick={() => setAsking(true)}>
            {words.revoke}
          </MenuItem>
        </IconMenu>
      }
    >
      {isAsking && (
        <Question
          title={words.revokeOf(email)}
          hint={words.revokeQuestion}
          action={words.revokeNow}
          mutation={revoke}
          onClose={() => setAsking(false)}
        />
      )}
    </Row>
  );
}
