import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { setBlankNote } from "../features/notes/blank-note.ts";
import { client } from "../service/client.ts";
import { keys, queryClient } from "../service/queries.ts";
import { showProblem } from "../service/toasts.ts";
import { texts } from "../texts/index.ts";

const mutationKey = ["create-note"];

/** Creates an empty note and opens it. A call during a creation does nothing. */
export function useCreateNote() {
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationKey,
    mutationFn: () => client.notes.create({ title: texts.notes.untitled }),
    async onSuccess(note) {
      setBlankNote(note.id);
      queryClient.setQueryData(keys.note(note.id), note);
      void queryClient.invalidateQueries({ queryKey: keys.notes });
      await navigate({ to: "/n/$noteId", params: { noteId: note.id } });
    },
    onError: showProblem,
  });
  const create = () => {
    if (queryClient.isMutating({ mutationKey }) === 0) mutate();
  };
  return { create, isPending };
}
