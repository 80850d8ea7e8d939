import { useMutation } from "@tanstack/react-query";
import type { Share, ShareResult } from "@valetkey/client";
import { client, hasCode } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { type Subject, sharesQuery } from "./shares-query.ts";

type Terms = Pick<Share, "role" | "expiresAt">;

function put(subject: Subject, receivers: Terms & { userIds?: string[]; emails?: string[] }) {
  if ("noteId" in subject) return client.shares.put(subject, receivers);
  return client.shares.put(subject, { ...receivers, role: "viewer" });
}

/** Gives access to the users who have these email addresses. The result lists them by outcome. */
export function useInvite(subject: Subject) {
  const { queryKey } = sharesQuery(subject);
  return useMutation({
    scope: { id: queryKey.join() },
    mutationKey: queryKey,
    async mutationFn({ emails, terms }: { emails: string[]; terms: Terms }) {
      const { shares, results } = await put(subject, { emails, ...terms });
      queryClient.setQueryData(queryKey, shares);
      const withOutcome = (wanted: ShareResult["outcome"]) =>
        results.flatMap(({ email, outcome }) => (email !== undefined && outcome === wanted ? [email] : []));
      return {
        shared: withOutcome("shared"),
        unknown: withOutcome("unknown"),
        ambiguous: withOutcome("ambiguous"),
      };
    },
    // Not awaited, so that the field is cleared before the list is loaded.
    onSettled: () => void settle(subject),
  });
}

/** The new share of a person. Undefined deletes it. */
type Change = { userId: string; share: Share | undefined };

/** Creates, changes or deletes a share. The list shows the change immediately, and restores the share on a failure. */
export function useChangeShare(subject: Subject) {
  const { queryKey } = sharesQuery(subject);
  return useMutation({
    scope: { id: queryKey.join() },
    mutationKey: queryKey,
    async mutationFn({ userId, share }: Change): Promise<void> {
      if (share === undefined) await remove(subject, userId);
      else await put(subject, { userIds: [userId], role: share.role, expiresAt: share.expiresAt });
    },
    onMutate: (change) => replace(subject, change),
    onError: (_error, { userId }, before) => void replace(subject, { userId, share: before }),
    onSettled: () => settle(subject),
  });
}

async function remove(subject: Subject, userId: string): Promise<void> {
  try {
    await client.shares.remove(subject, userId);
  } catch (error) {
    // It was deleted elsewhere.
    if (!hasCode(error, "share_not_found")) throw error;
  }
}

/** Returns the previous share. */
async function replace(subject: Subject, { userId, share }: Change): Promise<Share | undefined> {
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
