import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ChosenFile } from "../features/attachments/uploads/upload.ts";
import { uploads } from "../features/attachments/uploads/uploads.ts";
import { setBlankNote } from "../features/notes/draft/drafts.ts";
import { client } from "../service/client.ts";
import { instanceQuery, keys, queryClient } from "../service/queries.ts";
import { showProblem } from "../service/toasts.ts";
import { texts } from "../texts/index.ts";

const mutationKey = ["create-note"];

/** Creates a note, without files or with dropped files, and opens it. A call during a creation does nothing. */
export function useCreateNote() {
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation({
    mutationKey,
    mutationFn: (_files: readonly ChosenFile[]) => client.notes.create({ title: texts.notes.untitled }),
    async onSuccess(note, files) {
      setBlankNote(note.id);
      queryClient.setQueryData(keys.note(note.id), note);
      void queryClient.invalidateQueries({ queryKey: keys.notes });
      if (files.length > 0) {
        const maxBytes = queryClient.getQueryData(instanceQuery.queryKey)?.limits.uploadMaxBytes;
        uploads.add(files, { userId: note.ownerId, noteId: note.id, maxBytes });
      }
      await navigate({ to: "/n/$noteId", params: { noteId: note.id } });
    },
    onError: showProblem,
  });
  const createWith = (files: readonly ChosenFile[]) => {
    if (queryClient.isMutating({ mutationKey }) === 0) mutate(files);
  };
  return { create: () => createWith([]), createWith, isPending };
}
