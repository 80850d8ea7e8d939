import type { Call } from "../call.ts";
import type { AccessRequests, GrantAccessBody } from "../wire.ts";

/** The calls for requests for access to notes. */
export function accessRequestCalls(call: Call) {
  const ofNote = (noteId: string) => `/notes/${encodeURIComponent(noteId)}/access-requests`;
  const one = (noteId: string, userId: string) => `${ofNote(noteId)}/${encodeURIComponent(userId)}`;
  return {
    /** Asks the owner of a note for access. The result is the same whether or not the note exists. */
    ask: (noteId: string) => call<void>("POST", ofNote(noteId)),
    /** Returns the open requests for access to a note. Only the owner of the note may call this. */
    list: (noteId: string, { signal }: { signal?: AbortSignal } = {}) =>
      call<AccessRequests>("GET", ofNote(noteId), { signal }),
    /** Shares the note with a person who asks for access. */
    grant: (noteId: string, userId: string, access: GrantAccessBody) =>
      call<void>("PUT", one(noteId, userId), { body: access }),
    dismiss: (noteId: string, userId: string) => call<void>("DELETE", one(noteId, userId)),
  };
}
