import { useMutation } from "@tanstack/react-query";
import type { Share, SharesWithResults } from "@valetkey/client";
import { client, hasCode } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { type Subject, sharesQuery } from "./shares-query.ts";

/** The role and expiry of a share. An `expiresAt` of null never expires. */
export type Terms = Pick<Share, "role" | "expiresAt">;

type Receivers = Terms & { userIds?: string[]; emails?: string[] };

function put(subject: Subject, receivers: Receivers): Promise<SharesWithResults> {
  if ("noteId" in subject) return client.shares.put(subject, receivers);
  return client.shares.put(subject, { ...receivers, role: "viewer" });
}

/** `unknown`: the email addresses that no user has. */
type Invited = { shared: string[]; unknown: string[] };

/** Shares with the users who have these email addresses. Unknown addresses are reported and stop no other receiver. */
export function useInvite(subject: Subject) {
  const { queryKey } = sharesQuery(subject);
  return useMutation({
    scope: { id: queryKey.join() },
    mutationKey: queryKey,
    async mutationFn({ emails, terms }: { emails: string[]; terms: Terms }): Promise<Invited> {
      const { shares, results } = await put(subject, { emails, ...terms });
      queryClient.setQueryData(queryKey, shares);
      const withOutcome = (wanted: "shared" | "unknown") =>
        results.flatMap(({ email, outcome }) => (email !== undefined && outcome === wanted ? [email] : []));
      return { shared: withOutcome("shared"), unknown: withOutcome("unknown") };
    },
    // Not awaited, so that the field is cleared before the list is loaded.
    onSettled: () => void settle(subject),
  });
}

/** Creates or changes a share. The list shows the change immediately, and restores the share on a failure. */
export function usePutShare(subject: Subject) {
  const { queryKey } = sharesQuery(subject);
  return useMutation({
    scope: { id: queryKey.join() },
    mutationKey: queryKey,
    mutationFn: ({ userId, role, expiresAt }: Share) => put(subject, { userIds: [userId], role, expiresAt }),
    onMutate: (share) => replace(subject, { userId: share.userId, share }),
    onError: (_error, { userId }, before) => void replace(subject, { userId, share: before }),
    onSettled: () => settle(subject),
  });
}

/** Deletes a share. The list shows that immediately, and restores the share on a failure. */
export function useRemoveShare(subject: Subject) {
  const { queryKey } = sharesQuery(subject);
  return useMutation({
    scope: { id: queryKey.join() },
    mutationKey: queryKey,
    mutationFn: async ({ userId }: Share) => {
      try {
        await client.shares.remove(subject, userId);
      } catch (error) {
        // It was deleted elsewhere.
        if (!hasCode(error, "share_not_found")) throw error;
      }
    },
    onMutate: ({ userId }) => replace(subject, { userId, share: undefined }),
    onError: (_error, { userId }, before) => void replace(subject, { userId, share: before }),
    onSettled: () => settle(subject),
  });
}

/**
 * Replaces the share of one person in the cached list. Undefined: removes it.
 * @returns The previous share.
 */
async function replace(
  subject: Subject,
  { userId, share }: { userId: string; share: Share | undefined },
): Promise<Share | undefined> {
  const { queryKey } = sharesQuery(subject);
  await queryClient.cancelQueries({ queryKey });
  const shares = queryClient.getQueryData(queryKey) ?? [];
  const others = shares.filter((one) => one.userId !== userId);
  queryClient.setQueryData(queryKey, share === undefined ? others : [...others, share]);
  return shares.find((one) => one.userId === userId);
}

/** Reloads the list after the last pending change, so that it shows the state of the service. */
async function settle(subject: Subject): Promise<void> {
  const { queryKey } = sharesQuery(subject);
  if (queryClient.isMutating({ mutationKey: queryKey }) > 1) return;
  await Promise.all([
    queryClient.invalidateQueries({ queryKey }),
    queryClient.invalidateQueries({ queryKey: keys.activity }),
  ]);
}
