import { useMutation } from "@tanstack/react-query";
import type { Attachment, Invitation, Share } from "@valetkey/client";
import { isSameEmail } from "../../components/email-field.tsx";
import { client, hasCode } from "../../service/client.ts";
import { invalidate, keys, queryClient } from "../../service/queries.ts";
import { type Entry, type Subject, sharesQuery, toEntries } from "./shares-query.ts";

type Terms = Pick<Share, "role" | "expiresAt">;
type Invite = { emails: string[]; terms: Terms };

function put(subject: Subject, receivers: Terms & { userIds?: string[]; emails?: string[] }) {
  if ("noteId" in subject) return client.shares.put(subject, receivers);
  return client.shares.put(subject, { ...receivers, role: "viewer" });
}

/**
 * Shares the item with these email addresses. The service does not reveal which email addresses have an account. `invitations` has the
 * invitations for the given email addresses, and `invited` has the email addresses that got an invitation.
 */
export function useInvite(subject: Subject) {
  const { queryKey } = sharesQuery(subject);
  return useMutation({
    scope: { id: queryKey.join() },
    mutationKey: queryKey,
    async mutationFn({ emails, terms }: Invite) {
      const shares = await put(subject, { emails, ...terms });
      queryClient.setQueryData(queryKey, toEntries(shares));
      const invitations = shares.invitations.filter((one) => emails.some((email) => isSameEmail(one.email, email)));
      return { emails, invited: invitations.map(({ email }) => email), invitations };
    },
    // The form is cleared without a wait for this load of the list.
    onSettled: () => void settle(subject),
  });
}

type InviteToFiles = {
  filesFor: (emails: readonly string[]) => readonly Attachment[];
  /** Runs after each shared file, because a later file may fail. */
  onShared: (file: Attachment, made: { emails: readonly string[]; invitations: Invitation[] }) => void;
  /** Runs even if the user has closed the dialog. */
  onError: (error: Error) => void;
};

/** Shares several files with these email addresses, one file after the other. */
export function useInviteToFiles({ filesFor, onShared, onError }: InviteToFiles) {
  return useMutation({
    async mutationFn({ emails, terms }: Invite) {
      const invited = new Set<string>();
      for (const file of filesFor(emails)) {
        const listed = await put({ attachmentId: file.id }, { emails, ...terms }).catch((error: unknown) => {
          // The file was already deleted, for example in another tab.
          if (!hasCode(error, "attachment_not_found")) throw error;
        });
        const invitations = (listed?.invitations ?? []).filter((one) =>
          emails.some((email) => isSameEmail(one.email, email)),
        );
        for (const { email } of invitations) invited.add(email);
        onShared(file, { emails, invitations });
      }
      return { emails, invited: [...invited], invitations: [] };
    },
    onError,
    onSettled: () => void invalidate(["shares"], ["note"], keys.notes, keys.activity),
  });
}

/** The share of a person, or an invitation, before and after a change. `share` is undefined if the change deletes the share. */
type Change = { before: Entry; share: Entry | undefined; isGone: boolean };

/**
 * Creates, changes or deletes a share. The list shows the change immediately, and shows the old share again if the service refuses the
 * change.
 */
export function useChangeShare(subject: Subject) {
  const { queryKey } = sharesQuery(subject);
  return useMutation({
    scope: { id: queryKey.join() },
    mutationKey: queryKey,
    mutationFn: ({ before, share, isGone }: Change): Promise<unknown> => {
      const { userId, invitation } = before;
      if (share === undefined) return invitation === undefined ? remove(subject, userId) : revoke(invitation.id);
      const { role, expiresAt } = share;
      if (invitation === undefined) return put(subject, { userIds: [userId], role, expiresAt });
      if (isGone) return put(subject, { emails: [invitation.email], role, expiresAt });
      return client.invitations.update(invitation.id, { role, expiresAt });
    },
    onMutate: (change) => replace(subject, change),
    onError: (_error, change, was) => void replace(subject, { ...change, share: was }),
    onSettled: () => settle(subject),
  });
}

/** Makes a new link for an invitation, and the old link stops working. */
export function useRenewInvitation(subject: Subject) {
  return useMutation({
    mutationFn: ({ id }: Invitation) => client.invitations.update(id, { newLink: true }),
    onSettled: () => settle(subject),
  });
}

async function remove(subject: Subject, userId: string): Promise<void> {
  try {
    await client.shares.remove(subject, userId);
  } catch (error) {
    // The share was already deleted, for example in another tab.
    if (!hasCode(error, "share_not_found")) throw error;
  }
}

async function revoke(invitationId: string): Promise<void> {
  try {
    await client.invitations.revoke(invitationId);
  } catch (error) {
    if (!hasCode(error, "invitation_not_found")) throw error;
  }
}

/** Replaces a share in the list before the service responds. Returns the previous share. */
async function replace(subject: Subject, { before: { userId }, share }: Change): Promise<Entry | undefined> {
  const { queryKey } = sharesQuery(subject);
  await queryClient.cancelQueries({ queryKey });
  const shares = queryClient.getQueryData(queryKey) ?? [];
  const others = shares.filter((one) => one.userId !== userId);
  queryClient.setQueryData(queryKey, share === undefined ? others : [...others, share]);
  return shares.find((one) => one.userId === userId);
}

/** Loads the list again after the last pending change, so that the list shows the state of the service. */
async function settle(subject: Subject): Promise<void> {
  const { queryKey } = sharesQuery(subject);
  if (queryClient.isMutating({ mutationKey: queryKey }) > 1) return;
  // The note and the list of notes show how many people have access to the note and to each file.
  await invalidate(queryKey, keys.activity, ["note"], keys.notes);
}
