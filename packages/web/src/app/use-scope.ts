import { useQuery } from "@tanstack/react-query";
import { useMatchRoute, useParams } from "@tanstack/react-router";
import { listedNote, noteQuery } from "../service/queries.ts";

/**
 * Returns the list that the user is in: the own notes or the shared notes. The hook decides by the URL, or by the role of the user on the
 * open note. Returns undefined if the user is in neither list.
 */
export function useScope(): "owned" | "shared" | undefined {
  const matches = useMatchRoute();
  const { noteId } = useParams({ strict: false });
  const { data } = useQuery({ ...noteQuery(noteId ?? ""), enabled: noteId !== undefined });
  if (noteId !== undefined) {
    const note = data ?? listedNote(noteId);
    return note === undefined || note.role === "owner" ? "owned" : "shared";
  }
  if (matches({ to: "/shared" }) !== false) return "shared";
  return matches({ to: "/" }) === false ? undefined : "owned";
}
