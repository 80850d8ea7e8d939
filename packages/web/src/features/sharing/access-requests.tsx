import { queryOptions, useMutation, useMutationState, useQuery } from "@tanstack/react-query";
import type { AccessRequest, Share } from "@valetkey/client";
import { Hourglass, LockKeyhole } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Avatar, nameOf } from "../../components/avatar.tsx";
import { Button } from "../../components/button.tsx";
import { Empty, Failure, Problem } from "../../components/states.tsx";
import { client, hasCode } from "../../service/client.ts";
import { invalidate, keys, queryClient } from "../../service/queries.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";
import { texts } from "../../texts/index.ts";

const words = invitationTexts.requests;

const requestsQuery = (noteId: string) =>
  queryOptions({
    queryKey: ["access-requests", noteId],
    queryFn: async ({ signal }) => (await client.accessRequests.list(noteId, { signal })).requests,
  });

/** Shows the owner of a note which people ask for access to the note. */
export function AccessRequests({ noteId }: { noteId: string }) {
  const requests = useQuery(requestsQuery(noteId));
  if (requests.isError && requests.data === undefined) return <Failure title={words.failed} query={requests} />;
  if (requests.data === undefined || requests.data.length === 0) return null;
  return (
    <section aria-label={words.title} className="rounded-card border border-line bg-surface px-3">
      <ul className="divide-y divide-line">
        {requests.data.map((request) => (
          <RequestRow key={request.person.id} noteId={noteId} request={request} />
        ))}
      </ul>
    </section>
  );
}

function RequestRow({ noteId, request }: { noteId: string; request: AccessRequest }) {
  const { person, emailIsProven } = request;
  const name = nameOf(person, { otherwise: texts.common.someone });
  const answer = useMutation({
    async mutationFn(role: Share["role"] | undefined) {
      try {
        if (role === undefined) await client.accessRequests.dismiss(noteId, person.id);
        else await client.accessRequests.grant(noteId, person.id, { role });
      } catch (error) {
        // Another tab or device has already answered the request for access.
        if (!hasCode(error, "access_request_not_found")) throw error;
      }
    },
    onSuccess: () =>
      invalidate(requestsQuery(noteId).queryKey, keys.note(noteId), keys.notes, keys.shares(noteId), keys.activity),
  });
  const isDone = answer.isPending || answer.isSuccess;
  const email = person.email === null ? [] : [person.email];
  const facts = [...email, ...(emailIsProven ? [] : [words.unproven])].join(texts.common.separator);
  return (
    <li className="flex flex-col gap-2 py-3">
      <div className="flex items-start gap-3">
        <Avatar name={name} className="mt-0.5" />
        <div className="min-w-0 grow">
          <p className="break-words">{words.asks(name)}</p>
          <p className="break-words text-muted text-small">{facts}</p>
        </div>
      </div>
      <div className="flex flex-wrap gap-2 pl-10">
        {(["viewer", "editor"] as const).map((role) => (
          <Button
            key={role}
            className="max-md:grow"
            aria-label={words.allowOf[role](name)}
            disabled={isDone}
            onClick={() => answer.mutate(role)}
          >
            {words.allow[role]}
          </Button>
        ))}
        <Button
          className="max-md:grow"
          aria-label={words.dismissOf(name)}
          disabled={isDone}
          onClick={() => answer.mutate(undefined)}
        >
          {words.dismiss}
        </Button>
      </div>
      {answer.isError && <Problem error={answer.error} />}
    </li>
  );
}

const askWords = invitationTexts.ask;
/** The pause in milliseconds between two checks of whether the owner has granted access. */
const LOOK_MS = 15_000;

/**
 * Replaces a note to which the user has no access. Asks the owner of the note for access, and opens the note when the owner has granted it.
 * `action`: the link to other notes.
 */
export function AskForAccess({ noteId, action }: { noteId: string; action: ReactNode }) {
  const mutationKey = ["ask for access", noteId];
  const ask = useMutation({ mutationKey, mutationFn: () => client.accessRequests.ask(noteId) });
  // This state is outside of the component, because each load of the note unmounts the component for a moment.
  const isAsked = useMutationState({ filters: { mutationKey, status: "success" } }).length > 0;
  useOpening({ noteId, isAsked });
  const { title, hint } = isAsked ? askWords.asked : texts.notes.noAccess;
  const Icon = isAsked ? Hourglass : LockKeyhole;
  return (
    <Empty
      icon={<Icon size={28} strokeWidth={1.5} />}
      title={title}
      hint={hint}
      action={
        <div className="flex flex-col items-center gap-4">
          {!isAsked && (
            <Button kind="primary" disabled={ask.isPending} onClick={() => ask.mutate()}>
              {askWords.action}
            </Button>
          )}
          {ask.isError && <Problem error={ask.error} />}
          {action}
        </div>
      }
    />
  );
}

/**
 * Loads the note after the owner has granted access. The hook does not poll the query of the note, because each load of this query hides
 * the page for a moment.
 */
function useOpening({ noteId, isAsked }: { noteId: string; isAsked: boolean }): void {
  useEffect(() => {
    if (!isAsked) return;
    const open = () => void queryClient.invalidateQueries({ queryKey: keys.note(noteId) });
    const timer = setInterval(() => void client.notes.get(noteId).then(open, () => undefined), LOOK_MS);
    return () => clearInterval(timer);
  }, [noteId, isAsked]);
}
