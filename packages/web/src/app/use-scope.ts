import { useQuery } from "@tanstack/react-query";
import { useMatchRoute, useParams } from "@tanstack/react-router";
import { noteQuery } from "../service/queries.ts";

/** Which list one is in: the address says so, or beside a note, whose it is; undefined: in neither. */
export function useScope(): "owned" | "shared" | undefined {
  const matches = useMatchRoute();
  const { noteId } = useParams({ strict: false });
  const { data: note } = useQuery({ ...noteQuery(noteId ?? ""), enabled: noteId !== undefined });
  if (noteId !== undefined) return note === undefined || note.role === "owner" ? "owned" : "shared";
  if (matches({ to: "/shared" }) !== false) return "shared";
  return matches({ to: "/" }) === false ? undefined : "owned";
}
