import { useMutation, useMutationState } from "@tanstack/react-query";
import { useEffect } from "react";
import { Button } from "../../components/button.tsx";
import { Problem } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { keys, queryClient } from "../../service/queries.ts";
import { invitationTexts } from "../../texts/en/invitations.ts";

const words = invitationTexts.ask;
/** How often the page checks whether the owner has granted access. Milliseconds. */
const LOOK_MS = 15_000;

/** Asks the owner of a note for access, and opens the note when the owner agrees. */
export function AskForAccess({ noteId }: { noteId: string }) {
  const mutationKey = ["ask for access", noteId];
  const ask = useMutation({ mutationKey, mutationFn: () => client.accessRequests.ask(noteId) });
  // The state is outside of this component, because each new load of the note removes the component for a moment.
  const isAsked = useMutationState({ filters: { mutationKey, status: "success" } }).length > 0;
  useOpening({ noteId, isAsked });
  return (
    <div className="flex flex-col items-center gap-2">
      {!isAsked && (
        <Button kind="primary" disabled={ask.isPending} onClick={() => ask.mutate()}>
          {words.action}
        </Button>
      )}
      {ask.isError && <Problem error={ask.error} />}
      <div role="status" className="text-balance">
        {isAsked && (
          <>
            <p className="font-medium">{words.asked}</p>
            <p className="text-muted text-small">{words.hint}</p>
          </>
        )}
      </div>
    </div>
  );
}

/**
 * Loads the note when the owner has agreed. Does not poll the query of the note itself, because each load would hide this page for a
 * moment.
 */
function useOpening({ noteId, isAsked }: { noteId: string; isAsked: boolean }): void {
  useEffect(() => {
    if (!isAsked) return;
    const open = () => void queryClient.invalidateQueries({ queryKey: keys.note(noteId) });
    const timer = setInterval(() => void client.notes.get(noteId).then(open, () => undefined), LOOK_MS);
    return () => clearInterval(timer);
  }, [noteId, isAsked]);
}
