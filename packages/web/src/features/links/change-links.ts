import { useMutation } from "@tanstack/react-query";
import type { CreateLinkBody, Link, UpdateLinkBody } from "@valetkey/client";
import { useRef } from "react";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { earliestServiceNow } from "../../service/service-clock.ts";
import { addLink, changeLink, type LinkSubject } from "./links-query.ts";

/**
 * Loads every list of links, the activity and the notes again, because a note says how many links open it. Before that, cancels the running loads of links, because these loads started before the
 * change.
 */
async function reload(): Promise<void> {
  await queryClient.cancelQueries({ queryKey: keys.links });
  for (const queryKey of [keys.links, keys.activity, keys.notes, ["note"]])
    void queryClient.invalidateQueries({ queryKey });
}

export function useCreateLink(subject: LinkSubject) {
  const attempt = useRef<{ settings: string; idempotencyKey: string }>(undefined);
  /** Keeps the key of a failed attempt, because the service may have made the link although no response arrived. */
  function keyFor(body: CreateLinkBody): { idempotencyKey: string } {
    const settings = JSON.stringify(body);
    if (attempt.current?.settings !== settings) attempt.current = { settings, idempotencyKey: newKey() };
    return attempt.current;
  }
  return useMutation({
    mutationFn: (body: CreateLinkBody): Promise<Link> => {
      const { idempotencyKey } = keyFor(body);
      return "noteId" in subject
        ? client.links.create(subject.noteId, body, { idempotencyKey })
        : client.links.createForFile(subject.attachmentId, body, { idempotencyKey });
    },
    onSuccess: (link) => {
      attempt.current = undefined;
      addLink(subject, link);
    },
    onSettled: reload,
  });
}

/** Pages without HTTPS have no `crypto.randomUUID`. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function useUpdateLink({ id }: Link) {
  return useMutation({
    mutationFn: (body: UpdateLinkBody) => client.links.update(id, body),
    onSuccess: (link) => changeLink(id, () => link),
    onSettled: reload,
  });
}

/** Revokes a link. Until the next load, the lists still contain the link, and show how long its last URL works. */
export function useRevokeLink({ id }: Link) {
  return useMutation({
    mutationFn: () => client.links.revoke(id),
    onSuccess: ({ lastUrlExpiresAt }) =>
      changeLink(id, (link) => ({
        ...link,
        state: "revoked",
        revokedAt: new Date(earliestServiceNow()).toISOString(),
        lastUrlExpiresAt,
      })),
    onSettled: reload,
  });
}
